"""Puts a set of files into a folder: written aside, moved when complete, and never over another set unasked."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

TRUTH_FILE: Final = "truth.json"
_ASIDE: Final = ".partial"
_FILES: Final = "files"


class AnotherSetError(Exception):
    """The folder already holds other files. The message names them and says what to do."""


class FinishedSet:
    """The files of a set in a folder. The truth file comes last and says what the other files are.

    Args:
        folder: The folder.
        names: The names of the files, without the truth file.
        identity: The values that determine the set: equal ones make equal files.
    """

    def __init__(self, folder: str, names: Sequence[str], identity: Mapping[str, Any]):
        self._folder = Path(folder)
        self._names = tuple(names)
        self._identity = json.loads(json.dumps(dict(identity)))

    @property
    def aside(self) -> Path:
        """The folder to write into. It is removed when the set is finished."""
        return self._folder / _ASIDE

    @property
    def is_there(self) -> bool:
        """Whether the folder already holds this set, finished."""
        there = self.truth()
        return all(there.get(name) == value for name, value in self._identity.items()) and all(
            (self._folder / name).exists() for name in self._names
        )

    def truth(self) -> dict[str, Any]:
        """The content of the folder's truth file; empty if there is none or it cannot be read."""
        try:
            found = json.loads((self._folder / TRUTH_FILE).read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return found if isinstance(found, dict) else {}

    def begin(self, force: bool) -> None:
        """Prepares the folder, and removes what an interrupted call has left.

        Args:
            force: Whether another set may be replaced.

        Raises:
            AnotherSetError: The folder holds files of these names, or another set, and `force` is false.
        """
        taken = [name for name in (*self._names, TRUTH_FILE) if (self._folder / name).exists()]
        if taken and not force:
            raise AnotherSetError(
                f"{self._folder} holds {', '.join(taken[:5])} already, and not of these settings. "
                "Give another folder with --output, or --force to replace them."
            )
        shutil.rmtree(self.aside, ignore_errors=True)
        self.aside.mkdir(parents=True)

    def finish(self, truth: Mapping[str, Any]) -> None:
        """Moves all files into the folder, the truth file last."""
        stale = [name for name in self.truth().get(_FILES, []) if name not in self._names]
        (self._folder / TRUTH_FILE).unlink(missing_ok=True)
        for name in stale:
            # Otherwise a configuration's globs would also match these old files.
            (self._folder / os.path.basename(name)).unlink(missing_ok=True)
        for name in self._names:
            os.replace(self.aside / name, self._folder / name)
        last = self.aside / TRUTH_FILE
        last.write_text(json.dumps({**truth, _FILES: self._names}, indent=2) + "\n", encoding="utf-8")
        os.replace(last, self._folder / TRUTH_FILE)
        self.aside.rmdir()
