import threading
from unittest.mock import call, create_autospec

import pytest

from tfx_pipeline.runners.peak_memory import PeakMemory, resident_bytes
from tfx_pipeline.runners.run_watcher import RunWatcher


class Memory:
    """Memory that a test sets, and that tells when somebody has looked."""

    def __init__(self):
        self.now, self._seen = 0, threading.Event()

    def __call__(self):
        self._seen.set()
        return self.now

    def becomes(self, size):
        """Waits until it was looked at."""
        self.now = size
        # The first look may have begun before.
        for _ in range(2):
            self._seen.clear()
            assert self._seen.wait(20)


@pytest.fixture
def memory():
    return Memory()


def test_the_largest_of_each_component_is_kept(memory):
    watcher = PeakMemory(RunWatcher(), memory)
    memory.now = 5
    watcher.component_begins("Trainer")
    memory.becomes(90)
    memory.becomes(7)
    watcher.component_ends("Trainer", is_cached=False)
    watcher.component_begins("Pusher")
    memory.now = 8
    watcher.component_ends("Pusher", is_cached=False)
    assert watcher.peaks == {"Trainer": 90, "Pusher": 8}


def test_what_came_from_the_cache_failed_or_cannot_be_told_is_not_there(memory):
    watcher = PeakMemory(RunWatcher(), memory)
    watcher.component_begins("Evaluator")
    watcher.component_ends("Evaluator", is_cached=False)
    memory.now = 5
    watcher.component_begins("Trainer")
    watcher.component_ends("Trainer", is_cached=True)
    watcher.component_begins("Pusher")
    watcher.component_fails("Pusher")
    assert watcher.peaks == {}


def test_everything_is_passed_on(memory):
    other = create_autospec(RunWatcher)
    watcher = PeakMemory(other, memory)
    watcher.run_begins(["a", "b"])
    for component in ("a", "b"):
        watcher.component_begins(component)
    watcher.component_ends("a", is_cached=True)
    watcher.component_fails("b")
    assert other.mock_calls == [
        *(call.run_begins(["a", "b"]), call.component_begins("a"), call.component_begins("b")),
        *(call.component_ends("a", True), call.component_fails("b")),
    ]


def test_this_process_has_memory():
    before = resident_bytes()
    held = bytearray(b"x") * 50_000_000
    assert resident_bytes() - before > 40_000_000 and len(held) == 50_000_000
