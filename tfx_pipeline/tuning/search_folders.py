"""The folders of searches, and which executions of a Tuner have worked in each. Imports nothing heavy."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

FOLDER: Final = "tuning"
"""Below a pipeline's root, beside the folder of checkpoints: the searches, each in a folder of its own."""
_EXECUTIONS: Final = "executions"

_executions: list[int] = []
"""The last is the execution in which this process searches. Tuner runs in the process of the local runner."""


@contextlib.contextmanager
def searched_by(output: str) -> Iterator[None]:
    """A context in which the searches of this process are those of an execution.

    Args:
        output: The folder of one of its outputs, as TFX names it: `<component>/<key>/<execution>`. Elsewhere the
            folders have other names, and nothing is noted.
    """
    number = Path(output).name
    if not number.isdecimal():
        yield
        return
    _executions.append(int(number))
    try:
        yield
    finally:
        _executions.pop()


def note(folder: Path) -> None:
    """Notes in the folder of a search which execution works in it, if `searched_by` says."""
    if _executions and _executions[-1] not in executions_of(folder):
        with (folder / _EXECUTIONS).open("a", encoding="utf-8") as file:
            file.write(f"{_executions[-1]}\n")


def executions_of(folder: Path) -> frozenset[int]:
    """The executions that have worked in the folder of a search; none if an earlier release made it."""
    path = folder / _EXECUTIONS
    return frozenset(map(int, path.read_text(encoding="utf-8").split())) if path.exists() else frozenset()


def folders_of(root: str) -> list[Path]:
    """The folders of all searches of a pipeline's root."""
    return sorted(path for path in Path(root, FOLDER).glob("*") if path.is_dir())
