"""One line an epoch."""

import logging
import time

import keras

from schemas.canonical_event import Surface

_SURFACES = {"search": Surface.SEARCH, "feed": Surface.RECOMMENDATION}
"""Short names, so that a line fits into 80 columns."""
_LOG = logging.getLogger(__name__)


class EpochLines(keras.callbacks.Callback):
    """Logs loss, validation NDCG@5 of each surface and seconds of each epoch, and the learning rate when it changes."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Keeps the learning rate to compare later ones with."""
        self._learning_rate = float(self.model.optimizer.learning_rate)

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts its clock."""
        self._start = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Says what came of it."""
        logs = logs or {}
        names = {short: f"val_ndcg_at_5_{surface.value}" for short, surface in _SURFACES.items()}
        ndcg = ", ".join(f"{short} {logs[name]:.4f}" for short, name in names.items() if name in logs)
        learning_rate = float(self.model.optimizer.learning_rate)
        _LOG.info(
            "Epoch %d/%d: loss %.2f, NDCG@5 %s, %.0f s%s",
            epoch + 1,
            self.params["epochs"],
            logs.get("loss", float("nan")),
            ndcg or "not measured",
            time.monotonic() - self._start,
            f", learning rate {learning_rate:.2g}" if learning_rate != self._learning_rate else "",
        )
        self._learning_rate = learning_rate
