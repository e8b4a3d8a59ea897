"""What goes on within an epoch, every so many steps, and how fast an epoch goes."""

import time
from typing import Any, Final

import keras

from tfx_pipeline.training.event_logs.event_writers import TRAIN, EventWriters
from tfx_pipeline.training.event_logs.gradient_norms import GradientNorms
from tfx_pipeline.training.event_logs.tags import BY_STEP, tag_of

EVERY: Final = 20
"""From this many steps to the next."""


class StepLogs(keras.callbacks.Callback):
    """Writes numbers of training by step, in groups that end with `_by_step`, and the speed by epoch.

    * `loss_by_step/...`: the mean of each loss over the rows since the numbers before, in the same epoch.
    * `gradient_norm_by_step/<layer>`: of the very step.
    * `optimizer_by_step/learning_rate`, `speed_by_step/examples_per_second`.
    * By epoch: `speed/examples_per_second`, of its steps alone; `speed/seconds_per_epoch`, with validation.

    Args:
        writers: Where they go.
        norms: Looks at the gradients; None for nobody.
        every: How many steps it goes without writing.
    """

    def __init__(self, writers: EventWriters, norms: GradientNorms | None = None, every: int = EVERY):
        super().__init__()
        self._writers, self._norms, self._every = writers, norms, every
        self._step: Any = None
        self._asks = False

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Begins to count."""
        if self._step is None:
            # Not later: Keras also counts the step that finds no more data.
            self._step = int(self.model.optimizer.iterations)
        self._began = self._window_began = time.monotonic()
        self._before: dict[str, tuple[float, float]] = {}
        self._of_epoch: dict[str, float] = {}

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Asks for the gradients, if their step is one to write of."""
        if self._norms is not None:
            is_asked = (self._step + 1) % self._every == 0
            if is_asked != self._asks:
                self._norms.ask(is_asked)
            self._asks = is_asked

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Writes, if it is time to."""
        self._step += 1
        if self._step % self._every:
            return
        now = time.monotonic()
        values, rows = self._losses()
        values["optimizer_by_step/learning_rate"] = float(self.model.optimizer.learning_rate)
        values["speed_by_step/examples_per_second"] = rows / max(now - self._window_began, 1e-9)
        if self._norms is not None:
            values |= {f"gradient_norm_by_step/{name}": each for name, each in self._norms.by_layer().items()}
        self._writers.scalars(TRAIN, values, self._step)
        self._window_began = time.monotonic()

    def on_test_begin(self, logs: dict | None = None) -> None:
        """Ends the clock of the steps, before validation counts rows of its own."""
        self._end_steps()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Writes what the epoch came to."""
        self._end_steps()
        values = {**self._of_epoch, "speed/seconds_per_epoch": time.monotonic() - self._began}
        self._writers.scalars(TRAIN, values, epoch + 1)

    def _end_steps(self) -> None:
        if not self._of_epoch:
            rows = float(self.model.joint_loss.count)
            speed = rows / max(time.monotonic() - self._began, 1e-9)
            self._of_epoch = {"speed/examples_per_second": speed}

    def _losses(self) -> tuple[dict[str, float], float]:
        """The means since the last time, and over how many rows that of the joint loss is."""
        values, rows = {}, 0.0
        joint = self.model.joint_loss
        for metric in self.model.metrics:
            if type(metric) is not keras.metrics.Mean:
                continue
            now = float(metric.total), float(metric.count)
            before = self._before.get(metric.name, (0.0, 0.0))
            self._before[metric.name] = now
            total, count = (each - other for each, other in zip(now, before, strict=True))
            if count > 0:
                group, _, rest = tag_of("loss" if metric is joint else metric.name).partition("/")
                values[f"{group}{BY_STEP}/{rest}"] = total / count
            if metric is joint:
                rows = count
        return values, rows
