"""Removes files and folders so that nobody meets a half of one: each gets another name first, in one step.

TFX takes an artifact from its cache if its folder is there, and a model server loads each folder whose name is a
number. Neither looks into a folder by the other name. After an interruption `sweep` ends what was begun.
"""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Final

PREFIX: Final = "being_removed-"


def remove(path: str) -> None:
    """Removes a file or a folder; one that is not there is gone already."""
    folder, name = os.path.split(path)
    aside = os.path.join(folder, PREFIX + name)
    _delete(aside)  # What an earlier removal has left of something by the same name.
    try:
        os.rename(path, aside)
    except FileNotFoundError:
        return
    _delete(aside)


def sweep(folders: Iterable[Path]) -> None:
    """Removes in these folders what an interrupted removal has left."""
    for folder in folders:
        for path in folder.glob(f"{PREFIX}*"):
            _delete(str(path))


def size(path: str) -> int:
    """The bytes of a file, or of all files below a folder; 0 if it is not there."""
    if os.path.isfile(path):
        return os.path.getsize(path)
    found = (os.path.join(folder, name) for folder, _, names in os.walk(path) for name in names)
    return sum(os.lstat(each).st_size for each in found)


def _delete(path: str) -> None:
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)
