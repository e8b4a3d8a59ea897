"""Cancels what takes too long: calls whose message does not come, and answers that nobody reads."""

import itertools
import threading
import time
from collections.abc import Callable

_LOOKS = 4
"""How often the clock looks within the time that it gives."""


class OverdueCalls:
    """A clock that gives everything the same number of seconds."""

    def __init__(self, seconds: float, name: str):
        """Watches nothing yet; `name` is the thread's."""
        self._seconds = seconds
        self._watched: dict[int, tuple[float, Callable[[], object]]] = {}
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name=name, daemon=True)

    def start(self) -> None:
        """Starts the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Stops it. Nothing is cancelled any more."""
        self._stop.set()

    def watch(self, cancel: Callable[[], object]) -> int:
        """Watches something from now on. Returns a number by which to forget it."""
        number = next(self._numbers)
        self._watched[number] = time.monotonic() + self._seconds, cancel
        return number

    def forget(self, number: int) -> None:
        """Watches it no more; may be called again."""
        self._watched.pop(number, None)

    def cancel_overdue(self) -> int:
        """Cancels all whose time is over. Returns how many there were."""
        now = time.monotonic()
        overdue = [number for number, (due, _) in self._watched.copy().items() if due <= now]
        for number in overdue:
            if watched := self._watched.pop(number, None):
                watched[1]()
        return len(overdue)

    def _look(self) -> None:
        while not self._stop.wait(self._seconds / _LOOKS):
            self.cancel_overdue()
