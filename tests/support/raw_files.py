"""Writes files of rows and reads rows back, in few words."""

import bz2
import gzip
from collections.abc import Iterator, Sequence
from pathlib import Path

import apache_beam as beam
import zstandard
from apache_beam.options.pipeline_options import PipelineOptions

from components.raw_files.refusal import Reject
from components.raw_files.row import Row


def write(path: Path, content: str | bytes) -> str:
    """Writes a file and returns its path. The file is compressed if its name has such an ending."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    pack = {
        ".gz": gzip.compress,
        ".bz2": bz2.compress,
        ".zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    }.get(path.suffix, bytes)
    path.write_bytes(pack(data))
    return str(path)


def split(rows: Iterator[Row | Reject]) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Separates rows from rejects. Of a reject it returns line, reason and detail."""
    found = list(rows)
    rejects = [(each.line, each.reason, each.detail) for each in found if isinstance(each, Reject)]
    return [each for each in found if isinstance(each, Row)], rejects


def make_pipeline(workers: int = 1) -> beam.Pipeline:
    """Makes a Beam pipeline that runs in this process."""
    mode = "in_memory" if workers == 1 else "multi_threading"
    return beam.Pipeline(options=PipelineOptions([f"--direct_running_mode={mode}", f"--direct_num_workers={workers}"]))


def lines(*rows: Sequence[object], delimiter: str = "\t") -> str:
    """Joins rows of values into text."""
    return "".join(delimiter.join(str(value) for value in row) + "\n" for row in rows)
