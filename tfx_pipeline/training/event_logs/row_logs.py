"""Which share of its rows a training does not learn from, by cause, as TensorBoard's scalars."""

from collections.abc import Callable, Mapping

import keras

from tfx_pipeline.training.event_logs.event_writers import TRAIN, EventWriters


class RowLogs(keras.callbacks.Callback):
    """Writes `rows/<cause>` at the end of each epoch.

    The shares are those of each epoch, because each goes through the same rows. So they are found out once.

    Args:
        writers: Where they go.
        find: Finds the shares, by cause; called at the end of the first epoch.
    """

    def __init__(self, writers: EventWriters, find: Callable[[], Mapping[str, float]]):
        super().__init__()
        self._writers, self._find = writers, find
        self._shares: dict[str, float] | None = None

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Writes them."""
        if self._shares is None:
            self._shares = {f"rows/{cause}": share for cause, share in self._find().items()}
        self._writers.scalars(TRAIN, self._shares, epoch + 1)
