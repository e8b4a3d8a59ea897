"""What goes on beside a training's steps: averages, early stopping, the learning rate, and what is told of it."""

import json
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import keras

from components.progress import Progress
from schemas.canonical_event import Surface


class AveragedWeights(keras.callbacks.SwapEMAWeights):
    """Validates with the exponential moving average that an optimizer with `use_ema` keeps.

    Between the epochs the model has the weights that training goes on with, so that a backup holds those; what is to
    see the average says so by `in_model`.
    """

    @contextmanager
    def in_model(self) -> Iterator[None]:
        """A context in which the model has the averaged weights."""
        self._swap_variables()
        try:
            yield
        finally:
            self._swap_variables()


class ResumableEarlyStopping(keras.callbacks.EarlyStopping):
    """Early stopping that remembers the best epoch and its weights across restarts, and restores them at the end.

    Patience counts what the epochs bring beside each other. A model that is good before it is trained may be the best
    in the end, but a training that first falls behind it, as the first steps of an optimizer often do, has its time.

    Attributes:
        best_logs: The metrics of the best epoch, by name, and its number from 1 as `epoch`, or 0 for `keep_start`;
            empty before the first.

    Args:
        directory: Where it keeps its state and the best weights.
        averaged_weights: What validates with averaged weights, which are then the ones to keep; None keeps the
            training's.
        keep_best: Whether the best weights are kept and restored. Otherwise the last ones stay, and `best_logs` are
            those of the last validation.
        **kwargs: As `keras.callbacks.EarlyStopping`, without `restore_best_weights`, which is always on.
    """

    def __init__(
        self, directory: str, averaged_weights: AveragedWeights | None = None, keep_best: bool = True, **kwargs: Any
    ):
        super().__init__(restore_best_weights=False, **kwargs)
        self._keep_best = keep_best
        self._averaged_weights = averaged_weights
        self._state = _StateFile(Path(directory) / "early_stopping.json", ("best", "best_epoch", "wait", "best_logs"))
        self.best_logs: dict[str, float] = {}
        self._best_weights_path = Path(directory) / "best.weights.h5"

    @property
    def has_begun(self) -> bool:
        """Whether an interrupted training, or `keep_start`, has left something to take up."""
        return self._state.exists

    def keep_start(self, model: keras.Model, logs: Mapping[str, float]) -> None:
        """Keeps a model that is good before it is trained as epoch 0; its weights stay unless a later epoch is better.

        Args:
            model: The model, before `fit`.
            logs: Its validation, named as `fit` names it: `val_...`.
        """
        if not self._keep_best:
            return
        self.best, self.best_epoch, self.wait = None, 0, 0
        self.best_logs = {"epoch": 0, **{name: float(value) for name, value in logs.items()}}
        self._best_weights_path.parent.mkdir(parents=True, exist_ok=True)
        model.save_weights(self._best_weights_path)
        self._state.save(self)

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Takes up what an interrupted training, or `keep_start`, knew."""
        super().on_train_begin(logs)
        self._state.restore(self)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Decides as its parent does, then keeps the weights of the best epoch."""
        if self.monitor not in (logs or {}):
            return  # An epoch that is not validated.
        super().on_epoch_end(epoch, logs)
        is_best = self._is_improvement((logs or {})[self.monitor], self.best_logs.get(self.monitor))
        if is_best and self._keep_best:
            self._best_weights_path.parent.mkdir(parents=True, exist_ok=True)
            with self._averaged_weights.in_model() if self._averaged_weights else nullcontext():
                self.model.save_weights(self._best_weights_path)
        if is_best or not self._keep_best:
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
        like_torch: Decide as `torch.optim.lr_scheduler.ReduceLROnPlateau` does: after one validation more than
            `patience`, and a value counts as better if it is by a share of `min_delta`, not by `min_delta` itself.
        **kwargs: As `keras.callbacks.ReduceLROnPlateau`; `mode` should be `max`.
    """

    def __init__(self, directory: str, like_torch: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self._like_torch = like_torch
        self.patience += int(like_torch)
        self._state = _StateFile(Path(directory) / "plateau.json", ("best", "wait", "cooldown_counter"))

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Takes up what an interrupted training knew."""
        super().on_train_begin(logs)
        self._state.restore(self)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Decides as its parent does, and writes down what it knows."""
        if self.monitor not in (logs or {}):
            return  # An epoch that is not validated.
        super().on_epoch_end(epoch, logs)
        self._state.save(self)

    def _is_improvement(self, monitor_value: float, reference_value: float | None) -> bool:
        """Whether a value is better than the best one before it."""
        if reference_value is None or not self._like_torch:
            return bool(super()._is_improvement(monitor_value, reference_value))
        return monitor_value > reference_value * (1 + abs(self.min_delta))


class ResumableStop(keras.callbacks.Callback):
    """Ends a training without progress in any of several metrics, as the code of UnifiedSSR ends its fine-tuning.

    After a validation with progress, the next one is compared with that one, not with the best ever of each metric.

    Args:
        directory: Where it keeps its state.
        metrics: Names in the logs; larger is better.
        patience: How many validations in a row may be without progress; the last of them ends the training.
    """

    def __init__(self, directory: str, metrics: Sequence[str], patience: int):
        super().__init__()
        self.metrics, self.patience = tuple(metrics), patience
        self.values, self.wait = [0.0] * len(self.metrics), 0
        self._state = _StateFile(Path(directory) / "stop.json", ("values", "wait"))

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Takes up what an interrupted training knew."""
        self._state.restore(self)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Compares a validation with the last one that had progress."""
        logs = logs or {}
        if self.metrics[0] not in logs:
            return  # An epoch that is not validated.
        values = [float(logs[name]) for name in self.metrics]
        if any(new > old for new, old in zip(values, self.values, strict=True)):
            self.values, self.wait = values, 0
        else:
            self.wait += 1
            self.model.stop_training = self.model.stop_training or self.wait >= self.patience
        self._state.save(self)


class _StateFile:
    """Some attributes of an object, as JSON."""

    def __init__(self, path: Path, attributes: tuple[str, ...]):
        self._path = path
        self._attributes = attributes

    @property
    def exists(self) -> bool:
        return self._path.exists()

    def restore(self, owner: object) -> None:
        if self.exists:
            for name, value in json.loads(self._path.read_text()).items():
                setattr(owner, name, value)

    def save(self, owner: object) -> None:
        values = {name: getattr(owner, name) for name in self._attributes}
        self._path.parent.mkdir(parents=True, exist_ok=True)
        partial = self._path.with_suffix(".partial")
        partial.write_text(json.dumps(values, default=float))  # Numbers may be NumPy's.
        partial.replace(self._path)


_SURFACES = {"search": Surface.SEARCH, "feed": Surface.RECOMMENDATION}
"""Short names, so that a line fits into 80 columns."""
_LOG = logging.getLogger(__name__)


def report_start(logs: Mapping[str, float]) -> None:
    """Logs the validation of a model that is good before it is trained; `logs` as for `keep_start`."""
    _LOG.info("Before the first epoch: NDCG@5 %s", _ndcg_words(logs))


def report_shares(told: str, logs: Mapping[str, float]) -> None:
    """Logs that a part of the scores is that of the start from features, if it is; `told` is `learned_share.told`."""
    if told:
        _LOG.info("Of the scores, what was learned is %s; the rest is the start: NDCG@5 %s", told, _ndcg_words(logs))


def _ndcg_words(logs: Mapping[str, float]) -> str:
    names = {short: f"val_ndcg_at_5_{surface.value}" for short, surface in _SURFACES.items()}
    return ", ".join(f"{short} {logs[name]:.4f}" for short, name in names.items() if name in logs) or "not measured"


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
        ndcg = _ndcg_words(logs)
        learning_rate = float(self.model.optimizer.learning_rate)
        _LOG.info(
            "Epoch %d/%d: loss %.2f, NDCG@5 %s, %.0f s%s",
            epoch + 1,
            self.params["epochs"],
            logs.get("loss", float("nan")),
            ndcg,
            time.monotonic() - self._start,
            f", learning rate {learning_rate:.2g}" if learning_rate != self._learning_rate else "",
        )
        self._learning_rate = learning_rate


class DivergedError(Exception):
    """The loss is not finite; the message says since when and what mends it."""


def of_surfaces(logs: Mapping[str, float], surfaces: Sequence[str]) -> dict[str, float]:
    """The numbers of a training without those of other surfaces, which have no rows: there they would be 0."""
    others = tuple(f"_{surface.value}" for surface in Surface if surface.value not in surfaces)
    return {name: value for name, value in logs.items() if not name.endswith(others)}


class OnlySurfaces(keras.callbacks.Callback):
    """Leaves the numbers of surfaces that are not trained out of what later callbacks are told of an epoch.

    Args:
        surfaces: The names of those that are trained.
    """

    def __init__(self, surfaces: Sequence[str]):
        super().__init__()
        self._surfaces = tuple(surfaces)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Takes them out."""
        if logs is not None:
            kept = of_surfaces(logs, self._surfaces)
            for name in logs.keys() - kept.keys():
                del logs[name]


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


class TrainingProgress(keras.callbacks.Callback):
    """Tells of each step of training and of validation; how many there are is known after the first epoch.

    Args:
        of: What the training is one of, such as `trial 3 of 20`; empty if it is the only one.
    """

    def __init__(self, of: str = ""):
        super().__init__()
        self._of = f"{of}, " if of else ""

    def on_train_begin(self, logs: dict | None = None) -> None:
        """Nothing is known yet."""
        self._steps: dict[str, int | None] = {"train": self.params.get("steps"), "validation": None}
        self._done = {"train": 0, "validation": 0}

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        """Starts to count."""
        self._epoch = f"{self._of}epoch {epoch + 1} of {self.params['epochs']}"
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
