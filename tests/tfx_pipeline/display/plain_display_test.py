import logging

import pytest

from components.progress import Progress
from tfx_pipeline.display.plain_display import PlainDisplay


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def shown(caplog):
    """A display whose clock the test turns, and the lines that it has logged since they were asked for last."""
    clock = Clock()
    display = PlainDisplay(clock)
    caplog.set_level(logging.INFO)

    def lines():
        messages = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return messages

    return display, clock, lines


def wait(display, clock, seconds):
    for _ in range(seconds * 2):
        clock.now += 0.5
        display.tick()


def test_a_cached_component_has_one_line_at_once(shown):
    display, _, lines = shown
    display.run_begins(["ItemCatalog", "Transform"])
    display.component_begins("ItemCatalog")
    display.component_ends("ItemCatalog", is_cached=True)
    assert lines() == ["[1/2] ItemCatalog cached"]


def test_what_takes_longer_is_announced_and_never_silent_for_ten_seconds(shown):
    display, clock, lines = shown
    display.run_begins(["ItemCatalog", "Transform"])
    display.component_begins("Transform")
    wait(display, clock, 1)
    assert lines() == ["[2/2] Transform makes the vocabularies and turns examples into numbers"]
    wait(display, clock, 9)
    assert lines() == []
    wait(display, clock, 1)
    assert lines() == ["[2/2] Transform 10 s so far"]  # 9.5 s after it was announced.
    display(Progress("rows read", 3000), 500)
    clock.now += 5
    display(Progress("rows read", 3000), 500)
    wait(display, clock, 4)
    # A thousand in five seconds.
    assert lines() == ["[2/2] Transform 20 s so far: rows read 1,000 of 3,000, 200/s, 10 s left"]
    display.component_ends("Transform", is_cached=False)
    assert lines() == ["[2/2] Transform 20 s"]
    wait(display, clock, 30)
    assert lines() == []  # Between two components nothing goes on.


def test_what_goes_before_the_first_component_is_told_at_once(shown):
    display, clock, lines = shown
    display.stage("Importing TFX", ": 10 to 30 seconds")
    assert lines() == ["Importing TFX: 10 to 30 seconds"]
    wait(display, clock, 10)
    assert lines() == ["Importing TFX 10 s so far"]
    display.run_begins(["ItemCatalog"])
    wait(display, clock, 30)
    assert lines() == []


def test_a_component_that_fails_is_told(shown):
    display, clock, lines = shown
    display.run_begins(["Transform"])
    display.component_begins("Transform")
    clock.now += 4
    display.component_fails("Transform")
    assert lines() == ["[1/1] Transform did not end well, after 4 s"]


def test_its_thread_ends_with_its_context():
    with PlainDisplay() as display:
        thread = display._thread
        assert thread.is_alive()
    assert not thread.is_alive()
