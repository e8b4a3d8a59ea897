"""Keeps off the screen, and in a file, what libraries write to descriptor 2 while a command runs.

TensorFlow, gRPC and others write to descriptor 2 from C++, some before any setting can silence them. So descriptor 2
becomes a file, and `sys.stderr` becomes a duplicate of the real standard error: our messages, prompts, displays and
Python's own tracebacks go where they always went. The file is removed when the command ends in order. If an exception
ends it, or a signal that leaves it no time to print anything, the file stays and the user is told where it is.
"""

import atexit
import contextlib
import faulthandler
import os
import select
import sys
import tempfile
import traceback
import types
import warnings
from pathlib import Path
from typing import IO, Final, NoReturn, TextIO

_STDERR: Final = 2
_IN_ORDER, _KEEP = b"o", b"k"
_LONGEST_BYTES: Final = 16 << 20
"""A larger file is emptied: a server may run for months."""
_LOOK_S: Final = 60.0
_LAST_LINES: Final = 15
_LAST_BYTES: Final = 1 << 14
_diverted: list["_LibraryOutput"] = []


def divert(command: str) -> TextIO | None:
    """Redirects descriptor 2 of this process and of its child processes into a file, until the process ends.

    Args:
        command: What was called, such as `tandem run`, for messages.

    Returns:
        A stream into that file, for what libraries log in Python. None if there is no place for a file: then
        everything is shown.
    """
    try:
        _diverted.append(_LibraryOutput(command))
    except OSError:
        return None
    return _diverted[-1].stream


def last_lines() -> str:
    """The last lines that libraries wrote; empty if nothing was redirected."""
    return _last(_diverted[-1].path) if _diverted else ""


def end_in_order() -> None:
    """Says that this process is about to end in order, perhaps without Python's own steps at its end."""
    for each in _diverted:
        each.end_in_order()


class _LibraryOutput:
    """The file behind descriptor 2, and a process of its own that watches it."""

    def __init__(self, command: str):
        descriptor, self.path = tempfile.mkstemp(prefix=f"{command.replace(' ', '-')}-", suffix=".log")
        os.close(descriptor)
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND)  # Appends, even after it was emptied.
        screen = os.dup(_STDERR)
        watched, self._life = os.pipe()
        self._process = os.getpid()
        if os.fork() == 0:
            os.close(self._life)
            _watch(command, watched, screen, self.path)
        os.close(watched)
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(file, _STDERR)
        os.close(file)
        sys.stderr = open(screen, "w", buffering=1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        self.stream: TextIO = open(os.dup(_STDERR), "w", buffering=1, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
        if sys.stdin is not None and sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401 Without it `input` writes its prompt to descriptor 2.
        faulthandler.enable(_STDERR)
        warnings.showwarning = self._show_warning
        sys.unraisablehook = self._show_unraisable
        sys.excepthook = self._show_exception
        # The first to be registered is the last to be called.
        atexit.register(self.end_in_order)

    def end_in_order(self) -> None:
        self._tell(_IN_ORDER)

    def _tell(self, word: bytes) -> None:
        if os.getpid() == self._process:  # A forked worker's end is not the command's.
            with contextlib.suppress(OSError):
                os.write(self._life, word)

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        (file or self.stream).write(warnings.formatwarning(message, category, filename, lineno, line))

    def _show_unraisable(self, unraisable: "sys.UnraisableHookArgs") -> None:
        """Keeps an error that nobody can catch, such as that of a destructor while Python ends."""
        self.stream.write(f"Ignored in {unraisable.object!r}:\n")
        lines = traceback.format_exception(unraisable.exc_type, unraisable.exc_value, unraisable.exc_traceback)
        self.stream.writelines(lines)

    def _show_exception(
        self, kind: type[BaseException], error: BaseException, where: types.TracebackType | None
    ) -> None:
        sys.__excepthook__(kind, error, where)
        if _last(self.path):
            self._tell(_KEEP)
            print(f"What libraries said until then: {self.path}", file=sys.stderr)


def _watch(command: str, watched: int, screen: int, path: str) -> NoReturn:
    """Waits, in a process of its own, until the command has ended; reports an end that the command could not report."""
    try:
        os.setsid()  # Ctrl-C must not end it.
        with open(os.devnull, "r+b") as nothing:
            for descriptor in (0, 1, _STDERR):
                os.dup2(nothing.fileno(), descriptor)
        killed_for_memory = _killed_for_memory()
        told = b""
        while True:
            if select.select([watched], [], [], _LOOK_S)[0]:
                words = os.read(watched, 64)
                if not words:
                    break
                told += words
            elif os.path.getsize(path) > _LONGEST_BYTES:
                os.truncate(path, 0)
        if _IN_ORDER not in told:
            message = last_words(command, path, for_memory=_killed_for_memory() > killed_for_memory)
            os.write(screen, message.encode("utf-8", "backslashreplace"))
        if os.path.getsize(path) == 0 or (_IN_ORDER in told and _KEEP not in told):
            os.remove(path)
    except OSError:
        pass  # The terminal may be gone, too; there is nobody left to tell.
    finally:
        os._exit(0)


def last_words(command: str, path: str, for_memory: bool) -> str:
    """The message about a command that ended before it could print one.

    Args:
        command: What was called, such as `tandem run`.
        path: The file with what libraries wrote.
        for_memory: Whether the kernel has ended a process meanwhile because memory ran out.
    """
    lines = [f"{command}: the process was ended from one moment to the next, without an error of its own."]
    if for_memory:
        lines = [
            f"{command}: the process was ended because memory ran out. Give the machine more, or let it need less: a "
            "smaller train.batch_size, train.shuffle_buffer or transform.max_items."
        ]
    if last := _last(path):
        lines += ["What libraries said last:", *(f"  {line}" for line in last.splitlines()[-_LAST_LINES:])]
        lines.append(f"All that they said: {path}")
    return "\n".join(lines) + "\n"


def _last(path: str) -> str:
    with open(path, "rb") as file:
        return _end_of(file).decode("utf-8", "replace").strip()


def _end_of(file: IO[bytes]) -> bytes:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _LAST_BYTES))
    return file.read()


def _killed_for_memory() -> int:
    """How many processes the kernel has ended because memory ran out, among all that this process can see."""
    for source in ("/sys/fs/cgroup/memory.events", "/proc/vmstat"):
        with contextlib.suppress(OSError, ValueError):
            for line in Path(source).read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return 0
