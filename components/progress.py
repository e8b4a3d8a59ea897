"""Progress of long work, reported to whatever displays it.

Beam's in-process runner executes functions in threads of this process, so their reports arrive. Reports of workers in
other processes are lost, and no progress is displayed for them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Listener = Callable[["Progress", int], None]
"""Is called with a piece of work and the number of steps that were just done. Any thread may call it."""

_listeners: list[Listener] = []


@dataclass(frozen=True)
class Progress:
    """A piece of work whose steps are counted. It can be pickled into Beam's functions.

    Attributes:
        what: What is counted, such as `events read`.
        total: How many there are; None if that is not known yet.
    """

    what: str
    total: int | None = None

    def advance(self, steps: int = 1) -> None:
        """Reports that further steps are done. Without a listener this takes a microsecond."""
        for listener in tuple(_listeners):
            listener(self, steps)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Calls a listener for all progress in this process while the context is open."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
