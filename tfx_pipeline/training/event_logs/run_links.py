"""The names that TensorBoard shows trainings by: in one folder, a link for each to the folder of its logs.

The logs themselves are artifacts, and their folders have numbers. TensorBoard calls a run by its folder.
"""

import contextlib
import datetime
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FOLDER = "tensorboard"
"""The folder of the links, below a pipeline's root."""


_ATTEMPTS: Final = 10
"""So often a link is tried: another process may remove its empty folder just before it stands there."""


@dataclass(frozen=True)
class Place:
    """Where trainings are shown, and how.

    Attributes:
        folder: Where the links go.
        variant: How they are called; empty if they are by model, day and time.
    """

    folder: Path
    variant: str


_places: list[Place] = []
"""The last is where this process shows the trainings that begin. Trainer runs in the process of the local runner."""


@contextlib.contextmanager
def shown_in(folder: str, variant: str = "") -> Iterator[None]:
    """A context in which trainings of this process are shown in a folder.

    Args:
        folder: Where the links go; it is made with the first.
        variant: How they are called, such as `ablations/without fusion`; by default by model, day and time.
    """
    with shown_at(Place(Path(folder), variant)):
        yield


@contextlib.contextmanager
def shown_at(place: Place | None) -> Iterator[None]:
    """A context in which trainings of this process are shown at a place, such as that of another process.

    Args:
        place: What `place` has returned; None changes nothing.
    """
    if place is None:
        yield
        return
    _places.append(place)
    try:
        yield
    finally:
        _places.pop()


def place() -> Place | None:
    """Where trainings that begin now are shown; None where nobody says where."""
    return _places[-1] if _places else None


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
    where = _places[-1]
    with contextlib.suppress(OSError):
        os.makedirs(log_dir, exist_ok=True)  # Another process would remove a link to nothing.
        remove_dangling(str(where.folder))
        if where.variant:
            path = show_as(where.folder / where.variant, log_dir)
            return Shown(str(path.relative_to(where.folder)), is_by_moment=False)
        path = where.folder / named
        if earlier.name and path.is_symlink() and path.resolve() == Path(earlier.log_dir).resolve():
            path.unlink()
        path = _free(path, log_dir)
        _link(path, log_dir)
        return Shown(path.name, is_by_moment=True)
    return Shown(where.variant or named, is_by_moment=not where.variant)


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
    """Removes the links to logs that were removed, and folders of which nothing is left. Other files stay.

    Several processes may do so at once, and another one may show a training meanwhile.
    """
    for inner, folders, files in os.walk(folder, topdown=False):
        for path in (Path(inner, name) for name in (*folders, *files)):
            if path.is_symlink() and not path.exists():
                path.unlink(missing_ok=True)
        if inner != folder:
            with contextlib.suppress(OSError):  # It is not empty, or gone already.
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
    for attempt in range(_ATTEMPTS):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Relative, so that a root that is moved keeps its names.
        target = os.path.relpath(os.path.realpath(log_dir), os.path.realpath(path.parent))
        try:
            path.symlink_to(target, target_is_directory=True)
        except FileNotFoundError:
            if attempt == _ATTEMPTS - 1:
                raise
        else:
            return
