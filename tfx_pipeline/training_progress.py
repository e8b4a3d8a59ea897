"""How far an epoch is."""

import keras

from components.progress import Progress


class TrainingProgress(keras.callbacks.Callback):
    """Tells of each step of training and of validation; how many there are is known after the first epoch."""

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Nothing is known yet."""
        self._steps: dict[str, int | None] = {"train": self.params.get("steps"), "validation": None}
        self._done = {"train": 0, "validation": 0}

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts to count."""
        self._epoch = f"epoch {epoch + 1} of {self.params['epochs']}"
        self._done = {"train": 0, "validation": 0}

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """One step more."""
        self._advance("train", f"{self._epoch}, steps")

    def on_test_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """One step of validation more."""
        self._advance("validation", f"{self._epoch}, validation steps")

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Now the numbers of steps are known."""
        self._steps = dict(self._done)

    def _advance(self, kind: str, what: str) -> None:
        self._done[kind] += 1
        Progress(what, self._steps[kind] or None).advance()
