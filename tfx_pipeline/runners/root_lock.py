"""Keeps two runs from working in one root at once, which would mix their artifacts and push the same model twice."""

import contextlib
import datetime
import fcntl
import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from tfx_pipeline.runners.failures import RootInUseError

FILE: Final = "in_use.json"
"""Lies in the root. Its lock counts, not its being there: a killed process leaves the file, and no lock."""

_held: dict[str, IO[str]] = {}
"""The open files of the roots that this process holds."""


@contextlib.contextmanager
def held(root: str, what: str) -> Iterator[None]:
    """Holds a root within this context. A process that holds it may enter again.

    A file system without locks is not locked: then nothing tells two runs apart.

    Args:
        root: The folder; it is made if it is not there.
        what: What works in it, such as `tandem run`, as another process is told.

    Raises:
        RootInUseError: Another process works in the root.
    """
    path = os.path.realpath(root)
    if path in _held or "://" in root:  # A bucket has no locks.
        yield
        return
    os.makedirs(path, exist_ok=True)
    with Path(path, FILE).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RootInUseError(_refusal(root, file)) from None
        except OSError:
            pass
        since = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC"
        holder = {"what": what, "process": os.getpid(), "machine": socket.gethostname(), "since": since}
        _rewrite(file, json.dumps(holder))
        _held[path] = file
        try:
            yield
        finally:
            if _held.pop(path, None):  # Not in a child process.
                _rewrite(file, "")
                _let_go(file)


def _let_go(file: IO[str]) -> None:
    """Ends the lock itself. To close the file would not: a child process has it open for a moment at first."""
    with contextlib.suppress(OSError):  # A file system without locks.
        fcntl.flock(file, fcntl.LOCK_UN)


def _rewrite(file: IO[str], text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def _refusal(root: str, file: IO[str]) -> str:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        who = f"{holder['what']}, process {holder['process']} of {holder['machine']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError):  # It is just being written.
        who = "another process"
    return (
        f"{root} is in use by {who}. Wait until it has ended, or stop it; what it has finished is not lost. Another "
        "root can be used at the same time: --set root=FOLDER."
    )


def _let_go_in_child() -> None:
    """A child process shares the lock of each open file. It lets go, so that it cannot outlive the run with it."""
    for file in _held.values():
        file.close()
    _held.clear()


os.register_at_fork(after_in_child=_let_go_in_child)
