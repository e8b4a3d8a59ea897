"""The server's counters and histograms, under TF Serving's names and in the format of Prometheus."""

import bisect
import itertools
import threading
from collections.abc import Iterator, Sequence

_MOST_CELLS = 1000
OTHER = "other"
"""The label of whatever has no label of its own."""


def _exponential(scale: float, growth: float, count: int) -> list[float]:
    return [scale * growth**power for power in range(count)]


LATENCY_BUCKETS = _exponential(10, 1.8, 33)
"""Upper limits of the buckets of latencies, in microseconds: from 10 to about 20 minutes."""


class Counter:
    """Counts events, for each combination of labels."""

    def __init__(self, name: str, labels: Sequence[str]):
        """Starts at zero; `name` is TF Serving's, with slashes."""
        self._name = name.replace("/", ":")
        self._labels = labels
        self._cells: dict[tuple[str, ...], int] = {}
        self._lock = threading.Lock()

    def add(self, *labels: str) -> None:
        """Adds one. After a thousand combinations of labels, new ones are counted as `other`."""
        with self._lock:
            cell = _bounded(labels, self._cells)
            self._cells[cell] = self._cells.get(cell, 0) + 1

    def lines(self) -> Iterator[str]:
        """The counter in the format of Prometheus."""
        yield f"# TYPE {self._name} counter"
        with self._lock:
            cells = dict(self._cells)
        for labels, value in cells.items():
            yield f"{self._name}{{{_pairs(self._labels, labels)}}} {value}"


class Histogram:
    """Counts values by buckets, for each combination of labels."""

    def __init__(self, name: str, labels: Sequence[str], limits: Sequence[float] = LATENCY_BUCKETS):
        """Starts empty; `name` is TF Serving's, with slashes, and `limits` are the upper limits of the buckets."""
        self._name = name.replace("/", ":")
        self._labels = labels
        self._limits = limits
        self._cells: dict[tuple[str, ...], tuple[list[int], float]] = {}
        self._lock = threading.Lock()

    def add(self, value: float, *labels: str) -> None:
        """Adds a value. After a thousand combinations of labels, new ones are counted as `other`."""
        with self._lock:
            cell = _bounded(labels, self._cells)
            counts, total = self._cells.get(cell) or ([0] * (len(self._limits) + 1), 0.0)
            # As in TensorFlow, a value that equals a limit is counted in the next bucket.
            counts[bisect.bisect_right(self._limits, value)] += 1
            self._cells[cell] = counts, total + value

    def lines(self) -> Iterator[str]:
        """The histogram in the format of Prometheus."""
        yield f"# TYPE {self._name} histogram"
        with self._lock:
            cells = {labels: (list(counts), total) for labels, (counts, total) in self._cells.items()}
        limits = [*(f"{limit:g}" for limit in self._limits), "+Inf"]
        for labels, (counts, total) in cells.items():
            pairs = _pairs(self._labels, labels)
            for limit, below in zip(limits, itertools.accumulate(counts), strict=True):
                yield f'{self._name}_bucket{{{pairs},le="{limit}"}} {below}'
            yield f"{self._name}_sum{{{pairs}}} {total:g}"
            yield f"{self._name}_count{{{pairs}}} {sum(counts)}"


class Metrics:
    """All metrics of one server.

    Attributes:
        request_count: Requests to models, by model and status.
        request_latency: Microseconds of successful requests.
        runtime_latency: Microseconds that the model itself runs.
        model_warmup_latency: Microseconds that all warm-up requests of a version take together.
        queuing_latency: Microseconds that requests wait for their batch.
        signature_request_count: Like `request_count`, but also by version, signature, API and entrypoint.
        signature_request_latency: Like `request_latency`, but also by version and signature.
    """

    def __init__(self) -> None:
        """Starts with empty metrics."""
        self.request_count = Counter("/tensorflow/serving/request_count", ("model_name", "status"))
        self.request_latency = Histogram("/tensorflow/serving/request_latency", ("model_name", "API", "entrypoint"))
        self.runtime_latency = Histogram("/tensorflow/serving/runtime_latency", ("model_name", "API", "runtime"))
        self.model_warmup_latency = Histogram("/tensorflow/serving/model_warmup_latency", ("model_path", "status"))
        self.queuing_latency = Histogram("/tensorflow/serving/batching_session/queuing_latency", ("thread_pool_name",))
        called = ("model_name", "version", "signature_name", "API", "entrypoint")
        self.signature_request_count = Counter("/tandem/serving/request_count", (*called, "status"))
        self.signature_request_latency = Histogram("/tandem/serving/request_latency", called)

    def page(self) -> str:
        """The page of all metrics in the format of Prometheus."""
        return "".join(f"{line}\n" for each in vars(self).values() for line in each.lines())


def _bounded(labels: tuple[str, ...], cells: dict[tuple[str, ...], object] | dict) -> tuple[str, ...]:
    """The cell for a combination of labels. Clients that send ever new names must not fill the memory."""
    if labels in cells or len(cells) < _MOST_CELLS:
        return labels
    return (OTHER,) * len(labels)


def _pairs(names: Sequence[str], values: Sequence[str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
