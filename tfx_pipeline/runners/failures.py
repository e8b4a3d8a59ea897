"""Tells why a run failed: in one paragraph, which names a file with the full traceback.

An error reaches the runner through TFX. If it was raised in one of Beam's workers, it is a RuntimeError whose text is a
traceback of hundreds of lines. The user needs three things from it: the component, what was wrong, and what mends it.
"""

import contextlib
import datetime
import errno
import re
import sys
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER: Final = "failures"
_TELLING: Final = ("DataError", "ConfigError", "DivergedError", "SearchError")
"""Our own errors. Their texts say what was wrong and what mends it."""
_TRACEBACK: Final = "Traceback (most recent call last):"
_WHILE: Final = re.compile(r"\s*\[while running '[^']*'\]")
_NAMED: Final = re.compile(r"^([A-Za-z_][\w.]*)(?:: |$)")
_FULL_DISK: Final = re.compile(r"No space left on device|disk is full|Disk quota exceeded")
_NO_MEMORY: Final = re.compile(r"OOM when allocating|Cannot allocate memory|bad_alloc|failed to allocate memory", re.I)
_MEMORY_ERRORS: Final = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")
_LONGEST: Final = 400


class NotReadyError(Exception):
    """A run was not started because it could not have ended well. The message names each reason and what mends it."""


class RootInUseError(NotReadyError):
    """Another process works in the root. The message says which."""


@dataclass(frozen=True)
class Failure:
    """What went wrong.

    Attributes:
        component: The id of the component that failed; empty if none was running.
        text: What was wrong and, if known, what mends it.
    """

    component: str
    text: str


def failure_of(error: BaseException, root: str, component: str = "") -> Failure:
    """Finds out what went wrong.

    Args:
        error: The error that a runner raised.
        root: The run's root, which the text names if its disk is full.
        component: The component that failed, if the error does not name it.
    """
    component = _component_of(error) or component
    found = list(_errors_in(error))
    for name, text in found:
        if name in _TELLING:
            return Failure(component, text)
    for name, text in found:
        if _FULL_DISK.search(text):
            what = f"the disk is full: {_short(text)}. Make room for {root}, or set `root` elsewhere."
            return Failure(component, what)
        if name in _MEMORY_ERRORS or _NO_MEMORY.search(text):
            return Failure(component, f"memory ran out: {_short(text) or name}. {_less_memory(component)}")
    for each in _chain(error):
        if isinstance(each, PermissionError) or (isinstance(each, OSError) and each.errno == errno.EROFS):
            what = f"{each.filename} cannot be written or read: {each.strerror}. Mend its rights."
            return Failure(component, what)
    name, text = found[0]
    return Failure(component, f"{name}: {_short(text)}" if text else name)


def tell(error: BaseException, command: str, root: str, libraries: str = "") -> str:
    """Writes the full error into a file below the run's root, and returns a paragraph that names the file.

    Args:
        error: The error that a runner raised.
        command: The command that was called, such as `tandem run`.
        root: The run's root.
        libraries: The last log lines of libraries.
    """
    failure = failure_of(error, root)
    whole = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    moment = datetime.datetime.now().isoformat(" ", "seconds")
    parts = [f"{moment} {' '.join([command, *sys.argv[2:]])}", failure.text, whole]
    if libraries:
        parts.append(f"What libraries said last:\n{libraries}")
    path = _written("\n\n".join(parts) + "\n", root, failure.component or "pipeline")
    subject = f"{failure.component} failed" if failure.component else "failed"
    text = failure.text if failure.text.endswith((".", "?", "!")) else f"{failure.text}."
    gap = "\n" if "\n" in text else " "  # If the text has several lines, the file gets its own.
    return f"{command}: {subject}: {text}{gap}The full traceback: {path}"


def _written(text: str, root: str, name: str) -> str:
    """Writes a failure to a file below the root or, if that fails, in the folder for temporary files."""
    with contextlib.suppress(OSError):
        if "://" not in root:
            folder = Path(root) / _FOLDER
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{name}.txt"
            path.write_text(text, encoding="utf-8")
            return str(path)
    with contextlib.suppress(OSError):
        descriptor, temporary = tempfile.mkstemp(prefix=f"tandem-{name}-", suffix=".txt", text=True)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return temporary
    return f"could be written nowhere:\n{text}"


def _component_of(error: BaseException) -> str:
    """The component that a `watched_runner.ComponentFailed` names. To import that class would import TFX."""
    return next((str(each.component) for each in _chain(error) if hasattr(each, "component")), "")


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and its causes, the newest first."""
    seen: set[int] = set()
    each: BaseException | None = error
    while each is not None and id(each) not in seen:
        seen.add(id(each))
        yield each
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _errors_in(error: BaseException) -> Iterator[tuple[str, str]]:
    """The class and text of each error in the chain. If a text is a traceback, those of the error at its end."""
    for each in _chain(error):
        if hasattr(each, "component") and each.__cause__ is not None:
            continue  # It only names the component.
        text = str(each)
        if _TRACEBACK in text:
            yield _last_of_traceback(text)
        else:
            name, text = type(each).__name__, _WHILE.sub("", text).strip()
            nested = _NAMED.match(text)
            # If Beam cannot rebuild a worker's error, the error's class stands in the text.
            if nested and nested[1].rpartition(".")[2] in _TELLING + _MEMORY_ERRORS:
                name, text = nested[1].rpartition(".")[2], text[nested.end() :]
            yield name, text


def _last_of_traceback(text: str) -> tuple[str, str]:
    """Class and text of the error at the end of a printed traceback."""
    lines = text.rpartition(_TRACEBACK)[2].splitlines()[1:]
    begin = next((place for place, line in enumerate(lines) if line.strip() and not line.startswith(" ")), 0)
    message = _WHILE.split("\n".join(lines[begin:]))[0].strip()
    named = _NAMED.match(message)
    if not named:
        return "RuntimeError", message
    return named[1].rpartition(".")[2], message[named.end() :]


def _less_memory(component: str) -> str:
    if component.endswith("Trainer"):
        return "Lower train.batch_size or train.shuffle_buffer, or give the machine more."
    return "Lower data.max_events_per_user, or beam.workers, or give the machine more."


def _short(text: str) -> str:
    """The first line that is not empty, shortened if it is long."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return (line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…").rstrip(".")
