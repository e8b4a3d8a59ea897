"""How much memory do the lists of all items take that each worker draws negatives from?

Workers are processes of this machine. Each opens the catalogue as a Beam worker does, draws negatives by popularity,
and reads every page of the lists. Then, while all of them are there, each tells its memory: what is its own (USS), and
that with its share of what it shares with others (PSS).

python -m benchmarks.catalogue_memory
python -m benchmarks.catalogue_memory --items 10000000 --workers 1 4
"""

import argparse
import multiprocessing
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.figures import measuring, printed_report
from components.behaviour_example_gen.generation import sampler_of
from components.item_catalog import mapped_items
from components.sources.data_config import POPULARITY, DataConfig

_KIB_A_MIB = 1024
_SMAPS = Path("/proc/self/smaps_rollup")
_USERS, _TARGETS, _NEGATIVES, _ENGAGED = 200, 50, 4, 20
_TIMEOUT_S = 3600


def measure(items: int, workers: Sequence[int], folder: str) -> dict[str, Any]:
    """Measures the memory of several numbers of workers.

    Args:
        items: How many items the catalogue has. Their ids have 12 characters.
        workers: Numbers of workers, each a process of its own.
        folder: Where the lists are written.

    Returns:
        The report. Memory is what a worker has more than before it opened the catalogue, in MiB.
    """
    context = multiprocessing.get_context("spawn")
    maker = context.Process(target=_write, args=(folder, items))
    maker.start()
    maker.join()
    rows = []
    for number in workers:
        everybody, results = context.Barrier(number), context.Queue()
        started = [context.Process(target=_work, args=(folder, items, everybody, results)) for _ in range(number)]
        for each in started:
            each.start()
        found = [results.get(timeout=_TIMEOUT_S) for _ in started]
        for each in started:
            each.join()
        rows += [{"workers": number, "worker": place, **each} for place, each in enumerate(found, start=1)]
    size = (Path(folder) / mapped_items.FILE).stat().st_size
    return {
        "workload": {"items": items, "bytes": size, "users": _USERS, "targets_a_user": _TARGETS},
        "machine": measuring.machine(),
        "workers": rows,
    }


def id_of(place: int) -> str:
    """The id of an item of the benchmark."""
    return f"item{place:08d}"


def _write(folder: str, items: int) -> None:
    ids = [id_of(place) for place in range(items)]
    engagements = [place * 2654435761 % 97 for place in range(items)]
    with (Path(folder) / mapped_items.FILE).open("wb") as stream:
        stream.writelines(mapped_items.packed(ids, engagements))


def _work(folder: str, items: int, everybody: Any, results: Any) -> None:
    before = memory_mib()
    start = time.process_time()
    sampler = sampler_of(folder, DataConfig(negatives=POPULARITY))
    opened = time.process_time()
    for user in range(_USERS):
        engaged = {id_of(user * 7919 * place % items) for place in range(_ENGAGED)}
        drawn = sampler.outside(f"u{user}", engaged)
        for places in drawn.draw_each([(place, _NEGATIVES, None) for place in range(_TARGETS)]):  # type: ignore[misc]
            sampler.texts.joined(places)
    end = time.process_time()
    for place in range(len(sampler.items)):
        sampler.items.id_bytes(place)
    sampler.items.cumulative.sum()
    everybody.wait(_TIMEOUT_S)
    after = memory_mib()
    everybody.wait(_TIMEOUT_S)  # Whoever ends shares nothing any more.
    results.put(
        {
            "own_mib": after["uss"] - before["uss"],
            "with_share_mib": after["pss"] - before["pss"],
            "seconds_to_open": opened - start,
            "microseconds_a_target": (end - opened) / (_USERS * _TARGETS) * 1e6,
        }
    )


def memory_mib() -> dict[str, float]:
    """The memory of this process by Linux: `uss`, its own, and `pss`, its own and its share of what is shared."""
    kib = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+) kB$", _SMAPS.read_text(), re.MULTILINE)}
    own = kib["Private_Clean"] + kib["Private_Dirty"]
    return {"uss": own / _KIB_A_MIB, "pss": kib["Pss"] / _KIB_A_MIB}


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.catalogue_memory", description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=1_000_000, help="how many items the catalogue has")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4], help="numbers of workers")
    parser.add_argument("--folder", default=None, help="where the lists are written; they are removed at the end")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    if min(args.items, *args.workers) < 1:
        parser.error("--items and --workers should be at least 1")
    with tempfile.TemporaryDirectory(dir=args.folder) as folder:
        printed_report.show(measure(args.items, args.workers, folder), args.json)


if __name__ == "__main__":
    main()
