"""Starts child processes, and ends them whatever happens."""

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
    """Starts a process. At the end of the block, ends it and all processes that it started itself.

    The process gets SIGTERM first, and SIGKILL if it does not end in time. It leads a process group of its own, so the
    signals reach nothing but it and its descendants.

    Args:
        command: Program and arguments.
        options: Options of `subprocess.Popen`. By default the process writes its errors to this program's `sys.stderr`.
            That need not be descriptor 2, which may be redirected to a file to catch what libraries write.
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
    """SIGTERM raises KeyboardInterrupt while the block runs, so that all `with` blocks end in order."""

    def interrupt(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def first_line_with(stream: IO[str], start: str) -> str:
    """Reads lines until one begins with `start`. Returns an empty string if the stream ends before."""
    return next((line.rstrip("\n") for line in stream if line.startswith(start)), "")


def _standard_error() -> int | None:
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # None, closed, or no file.
        return None


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
