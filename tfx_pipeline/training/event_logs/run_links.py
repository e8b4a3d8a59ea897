"""The names that TensorBoard shows trainings by: in one folder, a link for each to the folder of its logs.

The logs themselves are artifacts, and their folders have numbers. TensorBoard calls a run by its folder.
"""

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = "tensorboard"
"""The folder of the links, below a pipeline's root."""


@dataclass(frozen=True)
class _Place:
    folder: Path
    variant: str


_places: list[_Place] = []
"""The last is where this process shows the trainings that begin. Trainer runs in the process of the local runner."""


@contextlib.contextmanager
def shown_in(folder: str, variant: str = "") -> Iterator[None]:
    """A context in which trainings of this process are shown in a folder.

    Args:
        folder: Where the links go; it is made with the first.
        variant: How they are called, such as `ablations/without fusion`; by default by model, day and time.
    """
    _places.append(_Place(Path(folder), variant))
    try:
        yield
    finally:
        _places.pop()


@contextlib.contextmanager
def shown_as_part_of(group: str, name: str) -> Iterator[None]:
    """A context in which a training is shown by a name in a group, where `shown_in` says; elsewhere in no folder.

    Args:
        group: What the trainings have in common, such as a search.
        name: What tells this one from the others.
    """
    if not _places:
        yield
        return
    outer = _places[-1]
    with shown_in(str(outer.folder), str(Path(outer.variant, group, name))):
        yield


@dataclass(frozen=True)
class Earlier:
    """An attempt at a training that was interrupted.

    Attributes:
        name: What it is called; empty if there was none, or if that is not its own, as the name of a variant.
        log_dir: The folder of its logs, which may be gone.
    """

    name: str = ""
    log_dir: str = ""


@dataclass(frozen=True)
class Shown:
    """What a training is called.

    Attributes:
        name: In the folder; also where nothing is shown.
        is_by_moment: Whether the moment at which it began tells it from others, so that it keeps its name if it is
            interrupted and goes on at another.
    """

    name: str
    is_by_moment: bool


def show(log_dir: str, model_name: str, earlier: Earlier | None = None) -> Shown:
    """Shows a training that begins or goes on, if `shown_in` says where; a training does not fail for its name.

    Args:
        log_dir: The folder of its logs, as TFX names it: `<component>/model_run/<number>`.
        model_name: The model that is trained.
        earlier: The last attempt at it, whose name it goes on with.
    """
    role, earlier = _role(log_dir), earlier or Earlier()
    named = earlier.name or " ".join(
        [model_name, *([role] if role else []), f"{datetime.datetime.now():%Y-%m-%d %H:%M}"]
    )
    if not _places:
        return Shown(named, is_by_moment=True)
    place = _places[-1]
    with contextlib.suppress(OSError):
        remove_dangling(str(place.folder))
        if place.variant:
            path = show_as(place.folder / place.variant, log_dir)
            return Shown(str(path.relative_to(place.folder)), is_by_moment=False)
        path = place.folder / named
        if earlier.name and path.is_symlink() and path.resolve() == Path(earlier.log_dir).resolve():
            path.unlink()
        path = _free(path, log_dir)
        _link(path, log_dir)
        return Shown(path.name, is_by_moment=True)
    return Shown(place.variant or named, is_by_moment=not place.variant)


def show_as(path: Path, log_dir: str) -> Path:
    """Shows a training by a name, in place of what has that name now; a training does not fail for its name.

    A joint training has the name itself. Any other one, such as that of a surface's own model, has its component's
    name behind it, in brackets.

    Args:
        path: The folder of the links, and in it the name.
        log_dir: The folder of the logs.

    Returns:
        The link; also where it could not be made.
    """
    role = _role(log_dir)
    path = path.with_name(f"{path.name} ({role})" if role else path.name)
    with contextlib.suppress(OSError):
        if path.is_symlink():
            path.unlink()
        _link(path, log_dir)
    return path


def name_of(text: str) -> str:
    """A text as a name of a file."""
    return text.replace("/", "-").replace("\0", "").lstrip(".") or "-"


def remove_dangling(folder: str) -> None:
    """Removes the links to logs that were removed, and folders of which nothing is left. Other files stay."""
    for inner, folders, files in os.walk(folder, topdown=False):
        for path in (Path(inner, name) for name in (*folders, *files)):
            if path.is_symlink() and not path.exists():
                path.unlink()
        if inner != folder and not os.listdir(inner):
            os.rmdir(inner)


def _role(log_dir: str) -> str:
    """What a training is for, by its component: `Trainer` is the joint one, `SearchTrainer` is for search."""
    return Path(log_dir).parent.parent.name.removesuffix("Trainer").lower()


def _free(path: Path, log_dir: str) -> Path:
    """The path itself, or with a number if other logs have it."""
    tried, number = path, 1
    while os.path.lexists(tried) and tried.resolve() != Path(log_dir).resolve():
        number += 1
        tried = path.with_name(f"{path.name} ({number})")
    return tried


def _link(path: Path, log_dir: str) -> None:
    if os.path.lexists(path):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    # Relative, so that a root that is moved keeps its names.
    path.symlink_to(os.path.relpath(os.path.realpath(log_dir), os.path.realpath(path.parent)), target_is_directory=True)
