"""How is one big log file shared out among Beam workers, and how fast is it read?

A CSV of made-up events is written, and read as the pipeline reads it, up to the rows that can be used. Each worker
tells how many rows it read, how long that took, and how much memory it had at most.

python -m benchmarks.big_file
python -m benchmarks.big_file --gigabytes 5 --workers 1 4
"""

import argparse
import os
import resource
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.transforms.window import GlobalWindows

from benchmarks.figures import measuring, printed_report
from components.sources.data_config import DataConfig
from components.sources.source_events import source_events
from tfx_pipeline.config.beam_config import MULTI_PROCESSING, BeamConfig
from tfx_pipeline.engines.beam_options import for_executors

_GB = 10**9
_FIRST_MS = 1_700_000_000_000
_BLOCK_ROWS = 100_000
_HEADER = "user_id,timestamp_ms,surface,query,session_id,item_id,label\n"


def measure(gigabytes: float, workers: Sequence[int], folder: str) -> dict[str, Any]:
    """Writes a file and reads it with several numbers of workers.

    Args:
        gigabytes: About how large the file is.
        workers: Numbers of Beam workers, each a process of its own.
        folder: Where the file is written.

    Returns:
        The report.
    """
    path = str(Path(folder) / "events.csv")
    rows = _write(path, int(gigabytes * _GB))
    shares, totals = [], []
    for number in workers:
        found = Path(folder) / f"workers-{number}"
        found.mkdir()
        start = time.perf_counter()
        _read(path, number, str(found))
        seconds = time.perf_counter() - start
        own = _shares(found)
        read = sum(share["rows"] for share in own)
        if read != rows:
            raise RuntimeError(f"{number} workers read {read:,} rows of {rows:,}")
        shares += [{"workers": number, "worker": place, **share} for place, share in enumerate(own, start=1)]
        totals.append({"workers": number, "rows": read, "seconds": seconds, "rows_per_second": read / seconds})
    size = os.path.getsize(path)
    return {
        "workload": {"file": "CSV with quotation marks", "bytes": size, "rows": rows},
        "machine": measuring.machine(),
        "reading": totals,
        "workers": shares,
    }


def _write(path: str, size: int) -> int:
    """Writes a CSV file of about so many bytes, and returns its number of rows."""
    rows = 0
    with open(path, "w", encoding="utf-8") as file:
        file.write(_HEADER)
        while file.tell() < size:
            file.write("".join(_row(place) for place in range(rows, rows + _BLOCK_ROWS)))
            rows += _BLOCK_ROWS
    return rows


def _row(place: int) -> str:
    item = f"item-{place * 7919 % 1_000_000}"
    start = f"user-{place * 31 % 500_000},{_FIRST_MS + place}"
    if place % 4:
        return f"{start},recommendation,,,{item},{int(place % 3 == 0)}\n"
    return f'{start},search,"red mug, {place % 1000} ml",session-{place},{item},1\n'


def _read(path: str, workers: int, folder: str) -> None:
    config = DataConfig(events=path)
    with beam.Pipeline(
        options=PipelineOptions(for_executors(BeamConfig(MULTI_PROCESSING, workers=workers)))
    ) as pipeline:
        events = source_events(pipeline, config, [path], now_ms=2 * _FIRST_MS)
        _ = events.rows | "Tell" >> beam.ParDo(_Tell(folder))


class _Tell(beam.DoFn):
    """Writes one line for each bundle: the worker's process, the rows, the seconds, and its memory so far."""

    def __init__(self, folder: str):
        self._folder = folder

    def start_bundle(self) -> None:
        self._rows, self._start = 0, time.perf_counter()

    def process(self, element: Any) -> None:
        self._rows += 1

    def finish_bundle(self) -> Iterable[Any]:
        seconds, memory = time.perf_counter() - self._start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        with open(os.path.join(self._folder, str(os.getpid())), "a", encoding="utf-8") as file:
            file.write(f"{self._rows} {seconds} {memory}\n")
        yield GlobalWindows.windowed_value(self._rows)


def _shares(folder: Path) -> list[dict[str, Any]]:
    """What each worker told; workers that read nothing are left out."""
    shares: dict[str, dict[str, Any]] = defaultdict(lambda: {"rows": 0, "seconds": 0.0, "peak_memory_mib": 0.0})
    for file in sorted(folder.iterdir()):
        for line in file.read_text(encoding="utf-8").splitlines():
            rows, seconds, memory = map(float, line.split())
            share = shares[file.name]
            share["rows"] += int(rows)
            share["seconds"] += seconds
            share["peak_memory_mib"] = max(share["peak_memory_mib"], memory)
    return [share for share in shares.values() if share["rows"]]


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.big_file", description=__doc__.splitlines()[0])
    parser.add_argument("--gigabytes", type=float, default=0.5, help="about how large the file is")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], help="numbers of Beam workers")
    parser.add_argument("--folder", default=None, help="where the file is written; it is removed at the end")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    if args.gigabytes <= 0 or min(args.workers) < 1:
        parser.error("--gigabytes should be more than 0, and --workers at least 1")
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        printed_report.show(measure(args.gigabytes, args.workers, folder), args.json)


if __name__ == "__main__":
    from benchmarks import big_file  # Workers find the DoFn by the name of its module.

    big_file.main()
