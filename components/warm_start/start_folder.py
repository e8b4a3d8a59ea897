"""What a trained model leaves for the next training to start from, in its SavedModel's folder, so that a push keeps it.

`assets.extra/warm_start/<training>/` holds `start.json`, which this module writes and reads, and the weights, which are
the training's own business. Servers read nothing of it.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from tensorflow.io import gfile

EARLIER: Final = "earlier"
"""In what WarmStart makes, the folder with what the earlier model has left; missing if there is nothing of it."""
_IN_MODEL: Final = "assets.extra/warm_start"
_FILE: Final = "start.json"


@dataclass(frozen=True)
class Start:
    """What a training was to start from.

    Attributes:
        training: The id of its component, such as `Trainer` and `RetrieverTrainer`.
        examples: The address of the examples that it learns from.
        version: The pushed version to start from; empty if there was none.
        read: What of the configuration says what the model's inputs mean, as plain values by the field's name.
        reason: Why there is nothing to start from; empty if there is.
    """

    training: str
    examples: str
    version: str
    read: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


def left_by(model_dir: str, training: str) -> str:
    """The folder in which a SavedModel holds what a training has left."""
    return os.path.join(model_dir, *_IN_MODEL.split("/"), training)


def write_start(folder: str, start: Start) -> None:
    """Writes `start.json` into a folder, which need not exist."""
    gfile.makedirs(folder)
    with gfile.GFile(os.path.join(folder, _FILE), "w") as file:
        file.write(json.dumps(asdict(start), indent=2) + "\n")


def read_start(folder: str) -> Start | None:
    """Reads `start.json` of a folder; None if there is none."""
    path = os.path.join(folder, _FILE)
    if not gfile.exists(path):
        return None
    with gfile.GFile(path) as file:
        return Start(**json.loads(file.read()))


def copy_starts(source: str, destination: str) -> None:
    """Copies what trainings have left from one SavedModel's folder into another's; nothing if there is nothing."""
    copy_folder(os.path.join(source, *_IN_MODEL.split("/")), os.path.join(destination, *_IN_MODEL.split("/")))


def copy_folder(source: str, destination: str) -> None:
    """Copies a folder, if it is there, into another, which need not be."""
    if not gfile.exists(source):
        return
    for folder, _, names in gfile.walk(source):
        below = os.path.relpath(folder, source)
        target = destination if below == os.curdir else os.path.join(destination, below)
        gfile.makedirs(target)
        for name in names:
            gfile.copy(os.path.join(folder, name), os.path.join(target, name), overwrite=True)
