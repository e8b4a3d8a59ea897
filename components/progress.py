"""How far long work is, told to whoever shows it.

Beam's runner in this process executes functions in threads of this process, so that what they tell arrives; what
workers elsewhere tell is lost, and nothing is shown of it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Listener = Callable[["Progress", int], None]
"""Hears of a piece of work, and how many further steps of it are done; in any thread."""

_listeners: list[Listener] = []


@dataclass(frozen=True)
class Progress:
    """A piece of work, by what is counted; it can be pickled into Beam's functions.

    Attributes:
        what: What is counted, such as `events read`.
        total: How many there are; None where nobody knows yet.
    """

    what: str
    total: int | None = None

    def advance(self, steps: int = 1) -> None:
        """Tells that further steps are done. It takes a microsecond where nobody listens."""
        for listener in tuple(_listeners):
            listener(self, steps)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """A context in which a listener hears of all progress in this process."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)
