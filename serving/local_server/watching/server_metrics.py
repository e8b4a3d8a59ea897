"""What the server counts and times, by TF Serving's names, as Prometheus reads it."""

import bisect
import itertools
import threading
from collections.abc import Iterator, Sequence

_MOST_CELLS = 1000
_OTHER = "other"


def _exponential(scale: float, growth: float, count: int) -> list[float]:
    return [scale * growth**power for power in range(count)]


LATENCY_BUCKETS = _exponential(10, 1.8, 33)
"""Upper limits of the buckets of latencies, in microseconds: from 10 to about 20 minutes."""


class Counter:
    """A number that grows, for each combination of labels."""

    def __init__(self, name: str, labels: Sequence[str]):
        """Counts nothing yet; `name` is TF Serving's, with slashes."""
        self._name = name.replace("/", ":")
        self._labels = labels
        self._cells: dict[tuple[str, ...], int] = {}
        self._lock = threading.Lock()

    def add(self, *labels: str) -> None:
        """Counts one more; beyond a thousand combinations of labels, under `other`."""
        with self._lock:
            cell = _bounded(labels, self._cells)
            self._cells[cell] = self._cells.get(cell, 0) + 1

    def lines(self) -> Iterator[str]:
        """The counter as Prometheus reads it."""
        yield f"# TYPE {self._name} counter"
        with self._lock:
            cells = dict(self._cells)
        for labels, value in cells.items():
            yield f"{self._name}{{{_pairs(self._labels, labels)}}} {value}"


class Histogram:
    """How values are distributed, for each combination of labels."""

    def __init__(self, name: str, labels: Sequence[str], limits: Sequence[float] = LATENCY_BUCKETS):
        """Holds nothing yet; `name` is TF Serving's, with slashes, and `limits` the buckets' upper ends."""
        self._name = name.replace("/", ":")
        self._labels = labels
        self._limits = limits
        self._cells: dict[tuple[str, ...], tuple[list[int], float]] = {}
        self._lock = threading.Lock()

    def add(self, value: float, *labels: str) -> None:
        """Adds a value; beyond a thousand combinations of labels, under `other`."""
        with self._lock:
            cell = _bounded(labels, self._cells)
            counts, total = self._cells.get(cell) or ([0] * (len(self._limits) + 1), 0.0)
            # A bucket holds what is below its limit, as TensorFlow counts.
            counts[bisect.bisect_right(self._limits, value)] += 1
            self._cells[cell] = counts, total + value

    def lines(self) -> Iterator[str]:
        """The histogram as Prometheus reads it."""
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
    """All that one server counts and times.

    Attributes:
        request_count: Requests to models, by model and status.
        request_latency: Of requests that succeeded, in microseconds.
        runtime_latency: Of the model alone, in microseconds.
        model_warmup_latency: Of a version's warm-up requests together, in microseconds.
        queuing_latency: Of requests that wait for a batch, in microseconds.
        signature_request_count: The same as `request_count`, by version, signature and way in too.
        signature_request_latency: The same as `request_latency`, by version and signature too.
    """

    def __init__(self) -> None:
        """Starts from nothing."""
        self.request_count = Counter("/tensorflow/serving/request_count", ("model_name", "status"))
        self.request_latency = Histogram("/tensorflow/serving/request_latency", ("model_name", "API", "entrypoint"))
        self.runtime_latency = Histogram("/tensorflow/serving/runtime_latency", ("model_name", "API", "runtime"))
        self.model_warmup_latency = Histogram("/tensorflow/serving/model_warmup_latency", ("model_path", "status"))
        self.queuing_latency = Histogram("/tensorflow/serving/batching_session/queuing_latency", ("thread_pool_name",))
        called = ("model_name", "version", "signature_name", "API", "entrypoint")
        self.signature_request_count = Counter("/tandem/serving/request_count", (*called, "status"))
        self.signature_request_latency = Histogram("/tandem/serving/request_latency", called)

    def page(self) -> str:
        """Everything as Prometheus reads it."""
        return "".join(f"{line}\n" for each in vars(self).values() for line in each.lines())


def _bounded(labels: tuple[str, ...], cells: dict[tuple[str, ...], object] | dict) -> tuple[str, ...]:
    """The cell for a combination of labels: whoever asks for ever new names must not fill the memory."""
    if labels in cells or len(cells) < _MOST_CELLS:
        return labels
    return (_OTHER,) * len(labels)


def _pairs(names: Sequence[str], values: Sequence[str]) -> str:
    return ",".join(f'{name}="{_escaped(value)}"' for name, value in zip(names, values, strict=True))


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
