"""Batching: the rows of several calls of a signature run together.

Rows lie on the first axis of every input and output. Calls share a batch if they call the same signature for the same
outputs, and if their inputs have the same shapes apart from the first axis. Limits and error texts are TF Serving's.
"""

import os
import threading
import time
from collections.abc import Hashable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np
from tensorflow.core.protobuf import config_pb2

from serving.local_server.models.servable import DEFAULT_TAGS, Call, Servable
from serving.local_server.watching.server_metrics import Metrics
from serving.local_server.wire.statuses import invalid_argument, unavailable
from serving.local_server.wire.text_configs import BatchingConfig

Arrays = dict[str, np.ndarray]


@dataclass
class _Task:
    call: Call
    rows: int
    answer: "Future[Arrays]" = field(default_factory=Future)
    since: float = field(default_factory=time.perf_counter)


@dataclass
class _Batch:
    key: Hashable
    due: float
    tasks: list[_Task] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(task.rows for task in self.tasks)


class BatchedServable(Servable):
    """A loaded SavedModel that collects calls for a short time and runs them together."""

    def __init__(
        self,
        path: str,
        config: BatchingConfig,
        metrics: Metrics | None = None,
        tags: Sequence[str] = DEFAULT_TAGS,
        session_config: config_pb2.ConfigProto | None = None,
        checks_methods: bool = False,
    ):
        """Loads a SavedModel and starts the threads that run batches.

        Raises:
            tf.errors.OpError: The SavedModel does not load.
        """
        super().__init__(path, tags, session_config, checks_methods)
        self._config = config
        self._metrics = metrics or Metrics()
        self._waiting: list[_Batch] = []
        self._changed = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._run_batches, name=f"{config.thread_pool_name}-{index}", daemon=True)
            for index in range(config.num_batch_threads or os.cpu_count() or 1)
        ]
        for thread in self._threads:
            thread.start()

    def execute(self, call: Call) -> Arrays:
        """Runs a call together with others.

        Raises:
            tf.errors.InvalidArgumentError: Inputs differ in their number of rows, or have more than a batch may have.
            tf.errors.UnavailableError: Too many batches are waiting.
            tf.errors.OpError: The graph fails. All calls of a batch fail together.
        """
        rows = _row_count(call)
        most = self._config.max_batch_size
        if rows <= most:
            return self._submit(call, rows).result()
        if not self._config.enable_large_batch_splitting:
            raise invalid_argument(f"Task size {rows} is larger than maximum input batch size {most}")
        parts = [call.rows(slice(start, start + most)) for start in range(0, rows, most)]
        answers = [each.result() for each in [self._submit(part, _row_count(part)) for part in parts]]
        return {alias: np.concatenate([answer[alias] for answer in answers]) for alias in answers[0]}

    def waiting_batches(self) -> int:
        """The number of batches that wait to run."""
        with self._changed:
            return len(self._waiting)

    def close(self) -> None:
        """Runs the batches that are waiting, and frees the session."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        super().close()

    def _submit(self, call: Call, rows: int) -> "Future[Arrays]":
        task = _Task(call, rows)
        key = (call.feed_names, call.aliases, tuple(call.feeds[name].shape[1:] for name in call.feed_names))
        with self._changed:
            open_batches = [each for each in self._waiting if each.key == key]
            if not open_batches or open_batches[-1].rows + rows > self._config.max_batch_size:
                if len(self._waiting) >= self._config.max_enqueued_batches:
                    raise unavailable("The batch scheduling queue to which this task was submitted is full")
                open_batches = [_Batch(key, time.monotonic() + self._config.batch_timeout_micros / 1e6)]
                self._waiting.append(open_batches[0])
            open_batches[-1].tasks.append(task)
            self._changed.notify()
        return task.answer

    def _run_batches(self) -> None:
        while (batch := self._next_batch()) is not None:
            for task in batch.tasks:
                waited = (time.perf_counter() - task.since) * 1e6
                self._metrics.queuing_latency.add(waited, self._config.thread_pool_name)
            try:
                answers = self._run_together(batch.tasks)
            except Exception as error:
                for task in batch.tasks:
                    task.answer.set_exception(error)
            else:
                for task, answer in zip(batch.tasks, answers, strict=True):
                    task.answer.set_result(answer)

    def _next_batch(self) -> _Batch | None:
        """Waits for a batch that is full or has waited long enough. Returns None once closed."""
        with self._changed:
            while True:
                now = time.monotonic()
                for batch in self._waiting:
                    if self._closed or batch.due <= now or batch.rows >= self._config.max_batch_size:
                        self._waiting.remove(batch)
                        return batch
                if self._closed:
                    return None
                self._changed.wait(min((batch.due - now for batch in self._waiting), default=None))

    def _run_together(self, tasks: Sequence[_Task]) -> list[Arrays]:
        rows = sum(task.rows for task in tasks)
        filler = self._filler(rows)
        first = tasks[0].call
        feeds = {
            name: np.concatenate([task.call.feeds[name] for task in tasks] + [tasks[0].call.feeds[name][:1]] * filler)
            for name in first.feed_names
        }
        outputs = super().execute(first.with_feeds(feeds))
        for array in outputs.values():
            if array.ndim == 0 or len(array) != rows + filler:
                raise invalid_argument(
                    "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the "
                    "input tensors"
                )
        answers, start = [], 0
        for task in tasks:
            answers.append({alias: array[start : start + task.rows] for alias, array in outputs.items()})
            start += task.rows
        return answers

    def _filler(self, rows: int) -> int:
        """The number of rows that pad a batch to an allowed size."""
        return next((size - rows for size in self._config.allowed_batch_sizes if size >= rows), 0)


def _row_count(call: Call) -> int:
    feeds = [call.feeds[name] for name in call.feed_names]
    if any(feed.ndim == 0 for feed in feeds):
        raise invalid_argument("Batching session Run() input tensors must have at least one dimension.")
    if len({len(feed) for feed in feeds}) > 1:
        raise invalid_argument("Batching session Run() input tensors must have equal 0th-dimension size.")
    return len(feeds[0]) if feeds else 0
