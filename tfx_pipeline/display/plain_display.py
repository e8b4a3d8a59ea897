"""Shows a run as plain lines, for pipes, files and simple terminals."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

from components.progress import Progress
from tfx_pipeline.display.run_status import RunStatus, duration
from tfx_pipeline.runners.run_watcher import RunWatcher

_LOG = logging.getLogger(__name__)
_SOON_S: Final = 1.0
"""A component that takes longer does not come from the cache, so it is announced."""
_SILENCE_S: Final = 9.5
"""After so long without a line, the next tick logs one. So there is a line at least every ten seconds."""


class PlainDisplay(RunWatcher):
    """Logs a line for each component, and another every ten seconds while the component runs.

    It is a context manager: while it is open, a thread looks at the clock. As a listener of `components.progress` it
    hears how far the work is.

    Args:
        clock: Returns the time in seconds, counted from any moment.
    """

    TICK_S = 0.5

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self._clock = clock
        self._status = RunStatus()
        self._spoke = 0.0
        self._announced = False
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch_the_clock, name="display", daemon=True)

    def __enter__(self) -> "PlainDisplay":
        """Starts the thread."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the thread."""
        self._closed.set()
        self._thread.join()

    def __call__(self, progress: Progress, steps: int) -> None:
        """Hears of progress."""
        self._status.advance(progress, steps, self._clock())

    def stage(self, text: str, remark: str = "") -> None:
        """Something is done before the first component, such as imports.

        Args:
            text: What is done.
            remark: A remark for the line that announces it.
        """
        self._begins(text)
        self._say(f"{text}{remark}", announces=True)

    def run_begins(self, components: Sequence[str]) -> None:
        """Keeps the order of the components, which gives their numbers."""
        self._status.ends()
        self._status.components = tuple(components)

    def component_begins(self, component: str) -> None:
        """Starts to measure the component's time."""
        self._begins(component)

    def component_ends(self, component: str, is_cached: bool) -> None:
        """Logs how long the component took, or that it came from the cache."""
        took = "cached" if is_cached else duration(self._clock() - self._status.begin)
        self._say(f"{self._status.title()} {took}")
        self._status.ends()

    def component_fails(self, component: str) -> None:
        """Logs that the component failed or was interrupted."""
        self._say(f"{self._status.title()} did not end well, after {duration(self._clock() - self._status.begin)}")
        self._status.ends()

    def tick(self) -> None:
        """Logs a line if there was none for too long. The thread calls it all the time."""
        with self._lock:
            now = self._clock()
            title, words = self._status.title(), self._status.words()
            if not title:
                return
            if not self._announced and now - self._status.begin >= _SOON_S:
                self._announce(f"{title} {words}" if words else title)
            elif now - self._spoke >= _SILENCE_S:
                details = [f"{task.progress.what} {task.numbers()}" for task in self._status.tasks()]
                # The first line said what the component does. This one says how far it is.
                self._announce(
                    f"{title} {duration(now - self._status.begin)} so far{': ' if details else ''}{'; '.join(details)}"
                )

    def _begins(self, name: str) -> None:
        with self._lock:
            now = self._clock()
            self._status.begins(name, now)
            self._spoke, self._announced = now, False

    def _say(self, text: str, announces: bool = False) -> None:
        with self._lock:
            self._announced = self._announced or announces
            self._spoke = self._clock()
            _LOG.info(text)

    def _announce(self, text: str) -> None:
        self._announced, self._spoke = True, self._clock()
        _LOG.info(text)

    def _watch_the_clock(self) -> None:
        while not self._closed.wait(self.TICK_S):
            self.tick()
