"""Measures how much memory a run takes in each of its components."""

import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from tfx_pipeline.runners.run_watcher import RunWatcher

_STATE: Final = Path("/proc/self/statm")
_EVERY_S: Final = 0.2


def resident_bytes() -> int:
    """The memory that this process has now; 0 where the system does not tell."""
    try:
        return int(_STATE.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError, ValueError):
        return 0


class PeakMemory(RunWatcher):
    """Looks at this process's memory five times a second, and passes on to another watcher what it hears.

    A shorter peak may be missed. Other processes, such as the server that the gate tries a model in, are not counted;
    what an earlier component left in memory is.

    Attributes:
        peaks: The largest memory of each component that ran, in bytes. What came from the cache is not there.

    Args:
        watcher: The other watcher.
        measure: Returns the memory in bytes; 0 if it cannot be told.
    """

    def __init__(self, watcher: RunWatcher, measure: Callable[[], int] = resident_bytes):
        self.peaks: dict[str, int] = {}
        self._watcher, self._measure = watcher, measure
        self._peak = 0
        self._ended = threading.Event()
        self._thread = threading.Thread()

    def run_begins(self, components: Sequence[str]) -> None:
        """Passes it on."""
        self._watcher.run_begins(components)

    def component_begins(self, component: str) -> None:
        """Starts to look."""
        self._peak = self._measure()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, args=(self._ended,), daemon=True)
        self._thread.start()
        self._watcher.component_begins(component)

    def component_ends(self, component: str, is_cached: bool) -> None:
        """Keeps what was seen."""
        self._stop()
        if self._peak and not is_cached:
            self.peaks[component] = self._peak
        self._watcher.component_ends(component, is_cached)

    def component_fails(self, component: str) -> None:
        """Stops looking."""
        self._stop()
        self._watcher.component_fails(component)

    def _look(self, ended: threading.Event) -> None:
        while not ended.wait(_EVERY_S):
            self._peak = max(self._peak, self._measure())

    def _stop(self) -> None:
        self._ended.set()
        self._thread.join()
        self._peak = max(self._peak, self._measure())
