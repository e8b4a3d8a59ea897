"""What of a training is `auto` follows from the number of examples alone, so that a restart chooses the same."""

import dataclasses
import json
import math
from pathlib import Path
from typing import Any, Final

from tfx_pipeline.config.training_config import AUTO, SettledTrainConfig, TrainConfig

CHOICE_FILE: Final = "automatic.json"
"""Beside TensorBoard's logs: what was chosen, and why. A training in which nothing was `auto` has none."""

_BATCHES: Final = (32, 64, 128, 256, 512, 1024)
_STEPS_OF_EPOCH: Final = 100
_STEPS: Final = 10_000
_EPOCHS: Final = (5, 100)
_STEPS_WITHOUT_PROGRESS: Final = 500
_PATIENCE: Final = (3, 10)
_LEARNING_RATE: Final = 1e-3


def settle(train: TrainConfig, examples: int) -> SettledTrainConfig:
    """Chooses all that is `auto`. What is not stays.

    Args:
        train: How to train.
        examples: The number of rows that an epoch goes through.
    """
    said = {field.name: getattr(train, field.name) for field in dataclasses.fields(train)}
    known = {name: value for name, value in said.items() if value != AUTO}
    batch = known.get("batch_size") or _batch_size(examples)
    steps = max(math.ceil(examples / batch), 1)
    patience = known.get("early_stopping_patience", _within(_PATIENCE, _STEPS_WITHOUT_PROGRESS / steps))
    chosen = {
        "epochs": max(_within(_EPOCHS, _STEPS / steps), train.validate_every),
        "batch_size": batch,
        "learning_rate": _LEARNING_RATE,
        "early_stopping_patience": patience,
        "plateau_patience": 0 if train.warmup_steps else max(patience // 2, 1),
    }
    return SettledTrainConfig(**{**chosen, **known})


def told(train: TrainConfig, settled: SettledTrainConfig, examples: int) -> dict[str, Any]:
    """What was chosen, as plain values.

    Args:
        train: How to train, with fields that are `auto`.
        settled: What `settle` made of it.
        examples: The number of rows that it was made for.

    Returns:
        `examples`, `chosen` (the fields that were `auto`, and their values) and `text`, which says it in a line.
    """
    chosen = {name: getattr(settled, name) for name in train.automatic}
    words = {
        "epochs": f"at most {settled.epochs} epochs",
        "batch_size": f"batches of {settled.batch_size}",
        "learning_rate": f"learning rate {settled.learning_rate:g}",
        "early_stopping_patience": f"ends after {settled.early_stopping_patience} validations without progress",
        "plateau_patience": f"a lower rate after {settled.plateau_patience}",
    }
    steps = max(math.ceil(examples / settled.batch_size), 1)
    reason = f"{examples:,} examples, {steps:,} steps an epoch"
    return {"examples": examples, "chosen": chosen, "text": f"{', '.join(words[name] for name in chosen)} ({reason})"}


def write(choice: dict[str, Any], log_dir: str) -> None:
    """Writes what `told` returned beside TensorBoard's logs."""
    path = Path(log_dir) / CHOICE_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(choice, indent=2) + "\n", encoding="utf-8")


def read(log_dir: str) -> str:
    """The line that says what was chosen; empty if nothing was `auto`."""
    path = Path(log_dir) / CHOICE_FILE
    return json.loads(path.read_text(encoding="utf-8"))["text"] if path.exists() else ""


def _batch_size(examples: int) -> int:
    return max((size for size in _BATCHES if size * _STEPS_OF_EPOCH <= examples), default=_BATCHES[0])


def _within(limits: tuple[int, int], wanted: float) -> int:
    least, most = limits
    return min(max(math.ceil(wanted), least), most)
