"""Chooses the display of a run: a live one on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from components.progress import heard_by
from tfx_pipeline.display.plain_display import PlainDisplay


@contextmanager
def shown(everything: bool = False) -> Iterator[PlainDisplay]:
    """A context in which a run is shown on standard error.

    Args:
        everything: Whether the log lines of libraries are shown too. Then plain lines go better with them.
    """
    with _display(everything) as display, heard_by(display):
        yield display


def _display(everything: bool) -> PlainDisplay:
    if everything or sys.stderr is None or not sys.stderr.isatty():
        return PlainDisplay()
    from tfx_pipeline.display.live_display import LiveDisplay, TerminalConsole  # Only terminals need it.

    console = TerminalConsole(file=sys.stderr, highlight=False)
    return PlainDisplay() if console.is_dumb_terminal else LiveDisplay(console)
