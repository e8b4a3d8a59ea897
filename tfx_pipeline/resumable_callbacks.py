"""Keras callbacks whose memory survives an interruption.

`keras.callbacks.BackupAndRestore` brings back the weights, the optimizer and the epoch of a killed training, but early
stopping and the learning-rate reduction would start counting anew, and the best weights so far would be lost. These two
keep what they know in files beside the backup.
"""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import keras

from tfx_pipeline.averaged_weights import AveragedWeights


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that remembers the best epoch and its weights across restarts, and restores them at the end.

    Attributes:
        best_logs: The metrics of the best epoch, by name, and its number from 1 as `epoch`; empty before the first.

    Args:
        directory: Where it keeps its state and the best weights.
        averaged_weights: What validates with averaged weights, which are then the ones to keep; None keeps the
            training's.
        **kwargs: As `keras.callbacks.EarlyStopping`, without `restore_best_weights`, which is always on.
    """

    def __init__(self, directory: str, averaged_weights: AveragedWeights | None = None, **kwargs: Any):
        super().__init__(restore_best_weights=False, **kwargs)
        self._averaged_weights = averaged_weights
        self._state = _StateFile(Path(directory) / "early_stopping.json", ("best", "best_epoch", "wait", "best_logs"))
        self.best_logs: dict[str, float] = {}
        self._best_weights_path = Path(directory) / "best.weights.h5"

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Takes up what an interrupted training knew."""
        super().on_train_begin(logs)
        self._state.restore(self)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Keeps the weights of the best epoch, then decides as its parent does."""
        previous_best = self.best
        super().on_epoch_end(epoch, logs)
        if self.best is not None and self.best != previous_best:
            self._best_weights_path.parent.mkdir(parents=True, exist_ok=True)
            with self._averaged_weights.in_model() if self._averaged_weights else nullcontext():
                self.model.save_weights(self._best_weights_path)
            self.best_logs = {"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}}
        self._state.save(self)

    def on_train_end(self, logs: dict | None = None) -> None:
        """Puts the best epoch's weights into the model."""
        super().on_train_end(logs)
        if self._best_weights_path.exists():
            self.model.load_weights(self._best_weights_path)


class ResumableReduceLROnPlateau(keras.callbacks.ReduceLROnPlateau):
    """Learning-rate reduction that remembers how long it has waited across restarts.

    Args:
        directory: Where it keeps its state.
        **kwargs: As `keras.callbacks.ReduceLROnPlateau`.
    """

    def __init__(self, directory: str, **kwargs: Any):
        super().__init__(**kwargs)
        self._state = _StateFile(Path(directory) / "plateau.json", ("best", "wait", "cooldown_counter"))

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Takes up what an interrupted training knew."""
        super().on_train_begin(logs)
        self._state.restore(self)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Decides as its parent does, and writes down what it knows."""
        super().on_epoch_end(epoch, logs)
        self._state.save(self)


class _StateFile:
    """Some attributes of an object, as JSON."""

    def __init__(self, path: Path, attributes: tuple[str, ...]):
        self._path = path
        self._attributes = attributes

    def restore(self, owner: object) -> None:
        if self._path.exists():
            for name, value in json.loads(self._path.read_text()).items():
                setattr(owner, name, value)

    def save(self, owner: object) -> None:
        values = {name: getattr(owner, name) for name in self._attributes}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(values, default=float))  # Numbers may be NumPy's.
        partial.replace(self._path)
