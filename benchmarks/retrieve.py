"""How long does it take to find the best 100 items of a catalogue, and how many does an approximate index find?

python -m benchmarks.retrieve
python -m benchmarks.retrieve --items 10000 100000 --steps 10
"""

import argparse
import importlib.util
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from benchmarks.figures import measuring, printed_report
from tfx_pipeline.export.catalogue import retrieval_index
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.signatures.retrieval_signatures import Retrieval

SIZES = (10_000, 100_000, 1_000_000)
BATCHES = (1, 32)
_ITEMS_A_CLUSTER = 100
_SPREAD_IN_A_CLUSTER = 0.5
_REQUESTS = 256


def measure(sizes: Sequence[int], steps: int, k: int = 100, dim: int = 64, seed: int = 0) -> dict[str, Any]:
    """Measures what follows the encoding of a request: the way from its vector to the ids and scores of the items.

    The vectors lie in clusters, about as learned vectors do. In noise, an index that searches parts of the catalogue
    would have nothing to find.

    Args:
        sizes: Numbers of items.
        steps: How many calls are measured for each figure.
        k: The number of items that each request asks for.
        dim: The dimension of the vectors.
        seed: Seed of the vectors.

    Returns:
        The report.
    """
    costs, indexing = [], []
    for items in sizes:
        generator = np.random.default_rng(seed)
        centres = generator.standard_normal([max(1, items // _ITEMS_A_CLUSTER), dim], np.float32)
        table = tf.Variable(_vectors(generator, centres, items + 2))
        ids = tf.Variable([f"item-{place}" for place in range(items + 2)])
        categories = CategoryFilter(np.zeros([items + 2, 0], object))
        requests = tf.constant(_vectors(generator, centres, _REQUESTS))
        calls: dict[str, Callable[[int], Any]] = {}
        measured: dict[str, tuple[str, int]] = {}
        found: dict[str, np.ndarray] = {}
        for kind in _kinds():
            start = time.perf_counter()
            index = retrieval_index.build(kind, table[1:-1])
            indexing.append({"items": items, "index": kind, "seconds": time.perf_counter() - start})
            best = _best(Retrieval(index, table, ids, categories), k)
            found[kind] = np.concatenate([best(part)[0].numpy() for part in tf.split(requests, _REQUESTS // 32)])
            for batch in BATCHES:
                name = f"{kind}, {batch}"
                calls[name], measured[name] = _call(best, requests, batch), (kind, batch)
        seconds = measuring.median_seconds(calls, steps)
        costs += [
            {
                "items": items,
                "index": kind,
                "requests": batch,
                "milliseconds": 1e3 * each,
                "requests_per_second": batch / each,
                "recall": _recall(found[retrieval_index.BRUTE_FORCE], found[kind]),
            }
            for (kind, batch), each in ((measured[name], each) for name, each in seconds.items())
        ]
    report = {
        "workload": {"k": k, "dim": dim, "items_a_cluster": _ITEMS_A_CLUSTER, "spread": _SPREAD_IN_A_CLUSTER},
        "machine": measuring.machine(),
        "retrieval": costs,
        "indexing": indexing,
        "peak_memory_mib": measuring.peak_memory_mib(),
    }
    if retrieval_index.SCANN not in _kinds():
        report["left_out"] = {retrieval_index.SCANN: "the package scann is not installed"}
    return report


def _kinds() -> list[str]:
    has_scann = importlib.util.find_spec("scann") is not None
    return [kind for kind in retrieval_index.KINDS if kind != retrieval_index.SCANN or has_scann]


def _vectors(generator: np.random.Generator, centres: np.ndarray, count: int) -> np.ndarray:
    clusters = generator.integers(len(centres), size=count)
    noise = generator.standard_normal([count, centres.shape[1]], np.float32)
    return centres[clusters] + np.float32(_SPREAD_IN_A_CLUSTER) * noise


def _best(retrieval: Retrieval, k: int) -> Callable:
    # This code has no Python control flow over tensors.
    @tf.function(autograph=False, reduce_retracing=True)
    def best(requests):
        rows = tf.shape(requests)[0]
        none = tf.fill([rows, 0], "")
        return retrieval.best(requests, tf.constant(k), excluded=none, category=none)

    return best


def _call(best: Callable, requests: tf.Tensor, batch: int) -> Callable[[int], Any]:
    parts = tf.split(requests, _REQUESTS // batch)
    return lambda step: best(parts[step % len(parts)])


def _recall(exact: np.ndarray, found: np.ndarray) -> float:
    """Returns the average share of the exact items that were found."""
    shares = [len(set(one) & set(other)) / len(one) for one, other in zip(exact, found, strict=True)]
    return float(np.mean(shares))


def main(argv: Sequence[str] | None = None) -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieve", description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, nargs="+", default=list(SIZES), help="sizes of the catalogue")
    parser.add_argument("--k", type=int, default=100, help="how many items each request asks for")
    parser.add_argument("--dim", type=int, default=64, help="the dimension of the vectors")
    parser.add_argument("--steps", type=int, default=30, help="measured calls; figures are their medians")
    parser.add_argument("--seed", type=int, default=0, help="seed of the vectors")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args(argv)
    printed_report.show(measure(args.items, args.steps, args.k, args.dim, args.seed), args.json)


if __name__ == "__main__":
    main()
