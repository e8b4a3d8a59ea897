"""One plain line an epoch, for logs and pipes; a terminal gets Keras' progress bar instead."""

import logging
import time

import keras

from schemas.canonical_event import Surface

_LOG = logging.getLogger(__name__)


class EpochLines(keras.callbacks.Callback):
    """Logs loss, validation NDCG@5 of each surface, learning rate and seconds of each epoch."""

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Says that the epoch begins, so that a long one shows signs of life."""
        self._start = time.monotonic()
        _LOG.info("Epoch %d/%d begins", epoch + 1, self.params["epochs"])

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Says what came of it."""
        logs = logs or {}
        names = {surface.value: f"val_ndcg_at_5_{surface.value}" for surface in Surface}
        ndcg = ", ".join(f"{surface} {logs[name]:.4f}" for surface, name in names.items() if name in logs)
        _LOG.info(
            "Epoch %d/%d: loss %.4f, validation NDCG@5 %s, learning rate %.2g, %.0f s",
            epoch + 1,
            self.params["epochs"],
            logs.get("loss", float("nan")),
            ndcg or "not measured",
            float(self.model.optimizer.learning_rate),
            time.monotonic() - self._start,
        )
