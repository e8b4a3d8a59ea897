import logging
import threading

import pytest

from components.progress import Progress
from tfx_pipeline.display.plain_display import PlainDisplay


class Shown(PlainDisplay):
    """A display whose clock the test turns, of two components."""

    def __init__(self):
        self.now = 100.0
        super().__init__(lambda: self.now)
        self.run_begins(["ItemCatalog", "Transform"])

    def wait(self, seconds):
        for _ in range(seconds * 2):
            self.now += 0.5
            self.tick()


@pytest.fixture
def lines(caplog):
    """The lines that were logged since they were asked for last."""
    caplog.set_level(logging.INFO)

    def lines():
        messages = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return messages

    return lines


def test_a_component_has_one_line_where_it_is_cached_or_fails_at_once(lines):
    display = Shown()
    display.component_begins("ItemCatalog")
    display.component_ends("ItemCatalog", is_cached=True)
    assert lines() == ["[1/2] ItemCatalog cached"]
    display.component_begins("Transform")
    display.now += 4
    display.component_fails("Transform")
    assert lines() == ["[2/2] Transform did not end well, after 4 s"]


def test_what_takes_longer_is_announced_and_never_silent_for_ten_seconds(lines):
    display = Shown()
    display.component_begins("Transform")
    display.wait(1)
    assert lines() == ["[2/2] Transform makes the vocabularies and turns examples into numbers"]
    display.wait(9)
    assert lines() == []
    display.wait(1)
    assert lines() == ["[2/2] Transform 10 s so far"]  # 9.5 s after it was announced.
    display(Progress("rows read", 3000), 500)
    display.now += 5
    display(Progress("rows read", 3000), 500)
    display.wait(4)
    # A thousand in five seconds.
    assert lines() == ["[2/2] Transform 20 s so far: rows read 1,000 of 3,000, 200/s, 10 s left"]
    display.component_ends("Transform", is_cached=False)
    assert lines() == ["[2/2] Transform 20 s"]
    display.wait(30)
    assert lines() == []  # Between two components nothing goes on.


def test_what_goes_before_the_first_component_is_told_at_once(lines):
    display = Shown()
    display.stage("Importing TFX", ": 10 to 30 seconds")
    assert lines() == ["Importing TFX: 10 to 30 seconds"]
    display.wait(10)
    assert lines() == ["Importing TFX 10 s so far"]
    display.run_begins(["ItemCatalog"])
    display.wait(30)
    assert lines() == []


def test_its_thread_ends_with_its_context():
    def is_there():
        return "display" in [thread.name for thread in threading.enumerate()]

    with PlainDisplay():
        assert is_there()
    assert not is_there()
