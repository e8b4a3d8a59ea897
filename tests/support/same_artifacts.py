"""Compares the folders that two runs of a component wrote: what is in the files, whatever their number and order."""

import collections
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_PART = re.compile(r"-\d{5}-of-\d{5}")
_DIGITS = 5
"""Significant digits of numbers that are sums: engines add in different orders."""
_NOT_COMPARED = re.compile(r"transform_fn/(saved_model\.pb|fingerprint\.pb|variables/)")
"""A graph as bytes, which two runs of one engine write differently. What it makes of examples is compared."""


def differences(expected: Path, found: Path) -> list[str]:
    """Says in which files two folders differ, and how; empty if they do not."""
    wanted, got = _files(expected), _files(found)
    told = [f"{name} is missing" for name in sorted(wanted.keys() - got.keys())]
    told += [f"{name} is too many" for name in sorted(got.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & got.keys()):
        left, right = _counted(name, wanted[name]), _counted(name, got[name])
        lacks, extra = left - right, right - left
        if lacks or extra:
            one = _one_of(lacks, name, wanted[name]), _one_of(extra, name, got[name])
            told.append(
                f"{name}: {lacks.total()} of {left.total()} records are not there and {extra.total()} others are, such "
                f"as {_around(*one)}"
            )
    return told


def _counted(name: str, paths: list[Path]) -> collections.Counter[bytes]:
    """How often each record comes. A million of them fit into memory as digests."""
    return collections.Counter(_digest(line) for path in paths for line in _lines(name, path))


def _one_of(digests: collections.Counter[bytes], name: str, paths: list[Path]) -> str:
    """A record with one of these digests, as text; empty if there is none."""
    if not digests:
        return ""
    line = next(line for path in paths for line in _lines(name, path) if _digest(line) in digests)
    return line if isinstance(line, str) else _example_text(line)


def _digest(line: str | bytes) -> bytes:
    return hashlib.blake2b(line.encode() if isinstance(line, str) else line, digest_size=16).digest()


def records(folder: Path) -> int:
    """How many records all files of a folder have that are compared."""
    return sum(1 for name, paths in _files(folder).items() for path in paths for _ in _lines(name, path))


def _around(left: str, right: str) -> str:
    """The places where two texts part."""
    start = next((place for place, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), 0)
    start = max(0, start - 80)
    return f"{left[start : start + 240]!r} and {right[start : start + 240]!r}"


def _files(folder: Path) -> dict[str, list[Path]]:
    """The files of a folder by their names without the number of a part."""
    by_name: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        name = _PART.sub("", path.relative_to(folder).as_posix())
        if path.is_file() and not _NOT_COMPARED.search(name) and not name.startswith("."):
            by_name.setdefault(name, []).append(path)
    return by_name


def _lines(name: str, path: Path) -> Iterator[str | bytes]:
    """A file as texts, or as examples in bytes, equal if their meaning is."""
    if name.endswith(".json"):
        yield json.dumps(_rounded(json.loads(path.read_text())), sort_keys=True)
    elif name.endswith((".jsonl.gz", ".jsonl", ".pbtxt")) or "/assets/" in name:
        yield from (
            (gzip.decompress(path.read_bytes()) if name.endswith(".gz") else path.read_bytes()).decode().split("\n")
        )
    elif name.endswith(".gz"):
        yield from _examples(path)
    elif name.endswith("FeatureStats.pb"):
        yield from _statistics(path)
    elif "evaluation" in path.parts or ".tfrecord" in name or name.split("/")[-1] in _MEASURED:
        yield from _measured(name.split("/")[-1], path)
    else:
        yield path.read_bytes().hex()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value


def _examples(path: Path) -> Iterator[bytes]:
    import tensorflow as tf

    for records in tf.data.TFRecordDataset(str(path), compression_type="GZIP").batch(1024).as_numpy_iterator():
        for record in records:
            yield tf.train.Example.FromString(record).SerializeToString(deterministic=True)


def _example_text(example: bytes) -> str:
    import tensorflow as tf

    features = tf.train.Example.FromString(example).features.feature
    return "\n".join(f"{key}: {features[key]}" for key in sorted(features))


def _statistics(path: Path) -> Iterator[str]:
    from tensorflow_metadata.proto.v0 import statistics_pb2

    for data_set in statistics_pb2.DatasetFeatureStatisticsList.FromString(path.read_bytes()).datasets:
        yield f"{data_set.name} {data_set.num_examples}"
        for feature in data_set.features:
            yield _text(feature)


_MEASURED = ("metrics", "plots", "attributions", "validations")


def _measured(name: str, path: Path) -> Iterator[str]:
    import tensorflow as tf
    from tensorflow_model_analysis.proto import metrics_for_slice_pb2, validation_result_pb2

    kinds = {
        "metrics": metrics_for_slice_pb2.MetricsForSlice,
        "plots": metrics_for_slice_pb2.PlotsForSlice,
        "attributions": metrics_for_slice_pb2.AttributionsForSlice,
        "validations": validation_result_pb2.ValidationResult,
    }
    kind = kinds[name.split(".")[0]]
    for record in tf.data.TFRecordDataset(str(path)):
        yield _text(kind.FromString(record.numpy()))


def _text(message: Any) -> str:
    """A message as text. Its lines are sorted: repeated parts come in any order."""
    from google.protobuf import text_format

    text = text_format.MessageToString(message, float_format=f".{_DIGITS}g", double_format=f".{_DIGITS}g")
    return "\n".join(sorted(text.splitlines()))
