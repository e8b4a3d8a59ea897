"""Reads what a training told TensorBoard, epoch by epoch. Imports no TensorFlow."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tfx_pipeline.training.automatic_training import CHOICE_FILE
from tfx_pipeline.training.event_logs.event_files import events_of, files_of
from tfx_pipeline.training.event_logs.tags import name_of

_VALIDATION_FILE: Final = "validation.json"
_EARLIER: Final = "epoch_"
"""Before the tags of an earlier release, whose epochs count from 0."""
Points = Sequence[tuple[float, float]]
"""An epoch, from 1, and a number of it; in the order of the epochs."""


@dataclass(frozen=True)
class LearningCurves:
    """The numbers of a training, by the names that `fit` has for them.

    Attributes:
        training: On the training examples: for each loss the epoch, from 1, and its value; and the learning rate.
        validation: The same of losses and metrics on the validation split. A start that was validated is epoch 0.
        best_epoch: The epoch whose weights were kept; 0 if those before the first were. None if nobody wrote it down.
        parameters: How many numbers were learned; None if nobody wrote it down.
        chosen: What `train: auto` chose, in a sentence; empty if nothing was `auto`.
    """

    training: dict[str, Points] = field(default_factory=dict)
    validation: dict[str, Points] = field(default_factory=dict)
    best_epoch: int | None = None
    parameters: int | None = None
    chosen: str = ""


def read_curves(folder: Path) -> LearningCurves:
    """Reads the folder of one training, an artifact `model_run`; what is not there is left out."""
    told, choice = _json(folder / _VALIDATION_FILE), _json(folder / CHOICE_FILE)
    best = told.get("epoch")
    return LearningCurves(
        _series(folder / "train"),
        _series(folder / "validation"),
        None if best is None else int(best),
        told.get("parameters"),
        str(choice.get("text", "")),
    )


def _json(path: Path) -> dict[str, Any]:
    values = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return values if isinstance(values, dict) else {}


def _series(folder: Path) -> dict[str, Points]:
    """By name the numbers of all epochs. A training that was interrupted and went on has several files."""
    from tensorboard.util import tensor_util  # Imports NumPy.

    found: dict[str, dict[int, float]] = {}
    for path in files_of(folder):
        for event in events_of(path):
            for value in event.summary.value:
                name, epoch = _of_epoch(value.tag, event.step)
                if name and value.HasField("tensor"):
                    found.setdefault(name, {})[epoch] = float(tensor_util.make_ndarray(value.tensor))
    return {name: sorted(numbers.items()) for name, numbers in found.items()}


def _of_epoch(tag: str, step: int) -> tuple[str | None, int]:
    """The name and the epoch of a number; no name if it is not one that `fit` logs at the end of an epoch."""
    if tag.startswith(_EARLIER):
        return tag.removeprefix(_EARLIER), step + 1
    return name_of(tag), step
