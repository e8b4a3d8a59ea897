"""Processes that a command starts and, whatever happens, ends again."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from typing import IO, Any

_PATIENCE_S = 20.0


@contextlib.contextmanager
def child_process(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    """Starts a process and ends it, and what it started itself, when the block is left.

    It gets SIGTERM first, and SIGKILL if that does not help. It leads a process group of its own, so nothing but it and
    its descendants is reached.

    Args:
        command: Program and arguments.
        options: Of `subprocess.Popen`. The standard error is that of Python here, which is not descriptor 2 where
            what libraries write to that goes into a file.
    """
    sys.stdout.flush()
    options.setdefault("stderr", _standard_error())
    process = subprocess.Popen(list(command), text=True, start_new_session=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            _signal_group(process, signal.SIGTERM)
            try:
                process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                _signal_group(process, signal.SIGKILL)
                process.wait()


@contextlib.contextmanager
def sigterm_as_interrupt() -> Iterator[None]:
    """SIGTERM raises KeyboardInterrupt while the block runs, so that blocks are left in order."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def first_line_with(stream: IO[str], start: str) -> str:
    """Reads lines until one begins with `start`; the empty string where the stream ends before."""
    return next((line.rstrip("\n") for line in stream if line.startswith(start)), "")


def _standard_error() -> int | None:
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # None, closed, or no file.
        return None


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
