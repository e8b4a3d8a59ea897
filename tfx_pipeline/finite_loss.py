"""A training whose loss is no number any more learns nothing: it ends, and says what helps."""

import math

import keras


class DivergedError(Exception):
    """The loss is not finite; the message says since when and what mends it."""


class FiniteLoss(keras.callbacks.Callback):
    """Ends a training at the first epoch without a finite loss. Stands before whatever keeps weights."""

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Looks at the mean loss of the epoch, which is finite only where that of each step was.

        Raises:
            DivergedError: It is not.
        """
        loss = (logs or {}).get("loss", 0.0)
        if math.isfinite(loss):
            return
        rate = float(self.model.optimizer.learning_rate)
        raise DivergedError(
            f"the loss is {loss} in epoch {epoch + 1}. Lower `learning_rate` (now {rate:g}), or set `clip_norm`, to 1 "
            "for example, where this training is set."
        )
