"""Ends a command in order on Ctrl-C or SIGTERM; a second signal ends it at once.

It is not enough to catch KeyboardInterrupt. A Beam worker turns it into a RuntimeError that has its name in the text,
and a library may turn it into any other error. So code that catches an error asks `is_one`.
"""

import contextlib
import os
import signal
import sys
from typing import Final

from tfx_pipeline.console import library_output

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_GOING_ON: Final = ("run", "tune", "index", "demo", "experiment")
"""The commands that go on where they were interrupted when they are called again."""
_seen: set[int] = set()


def listen() -> None:
    """Handles both signals for the rest of this process; call it in the main thread."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


def received() -> bool:
    """Whether the user wants the command to end."""
    return bool(_seen)


def is_one(error: BaseException) -> bool:
    """Whether an error comes from an interruption."""
    return isinstance(error, KeyboardInterrupt) or (received() and isinstance(error, Exception))


def end(command: str, code: int, at_once: bool) -> int:
    """Says that a command was interrupted, and returns its exit code.

    Args:
        command: Its name.
        code: Its exit code.
        at_once: End this process here. Otherwise Python waits for the threads of Beam and TensorFlow.
    """
    kept = "; what was finished is kept, and the same command goes on from there" if command in _GOING_ON else ""
    print(f"tandem {command}: interrupted{kept}", file=sys.stderr)
    if at_once:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
        os._exit(code)
    return int(code)


def _interrupt(number: int, _frame: object) -> None:
    _seen.add(number)
    library_output.end_in_order()  # A second signal may end the process at any moment.
    for each in _SIGNALS:
        signal.signal(each, signal.SIG_DFL)
    raise KeyboardInterrupt
