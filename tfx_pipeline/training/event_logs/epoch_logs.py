"""What each epoch came to, as TensorBoard's scalars: training and validation are runs with the same tags."""

from collections.abc import Mapping

import keras

from tfx_pipeline.training.event_logs.event_writers import BEST, TRAIN, VALIDATION, WHOLE, EventWriters
from tfx_pipeline.training.event_logs.tags import tag_of

_VALIDATED = "val_"
_FIRST_COLUMNS = (tag_of("loss"), "ndcg@5/")


class EpochLogs(keras.callbacks.Callback):
    """Writes the losses and metrics of each epoch, and its learning rate, at the epoch's number from 1.

    A loss has the same tag in training and in validation, so that one chart shows both.

    Args:
        writers: Where they go.
    """

    def __init__(self, writers: EventWriters):
        super().__init__()
        self._writers = writers

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Writes what the epoch came to."""
        of_epoch = {**(logs or {}), "learning_rate": float(self.model.optimizer.learning_rate)}
        write_epoch(self._writers, of_epoch, epoch + 1)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Ends the files."""
        self._writers.close()


def write_epoch(writers: EventWriters, logs: Mapping[str, float], epoch: int) -> None:
    """Writes the numbers of an epoch.

    Args:
        writers: Where they go.
        logs: Numbers as `fit` names them; those of validation begin with `val_`.
        epoch: From 1; 0 is before the first.
    """
    for part, values in _by_part(logs).items():
        if values:
            writers.scalars(part, values, epoch)


def mark_best(writers: EventWriters, logs: Mapping[str, float]) -> None:
    """Marks the epoch whose weights are exported: a run with one point in each chart of validation.

    The loss, NDCG@5 and the epoch are in the group `best` of the training, too, which are so the first columns of
    TensorBoard's table of hyper-parameters. It sorts them by tag.

    Args:
        writers: Where it goes.
        logs: What validation measured of these weights, by names that begin with `val_`, and the epoch as `epoch`.
    """
    epoch, values = int(logs["epoch"]), _by_part(logs)[VALIDATION]
    writers.scalars(BEST, values, epoch)
    first = {tag: value for tag, value in values.items() if tag.startswith(_FIRST_COLUMNS)}
    writers.scalars(WHOLE, {"best/epoch": epoch, **{f"best/{tag}": value for tag, value in first.items()}}, epoch)


def _by_part(logs: Mapping[str, float]) -> dict[str, dict[str, float]]:
    """The numbers of training and of validation by their tags."""
    parts: dict[str, dict[str, float]] = {TRAIN: {}, VALIDATION: {}}
    for name, value in logs.items():
        part = VALIDATION if name.startswith(_VALIDATED) else TRAIN
        parts[part][tag_of(name.removeprefix(_VALIDATED))] = float(value)
    return parts
