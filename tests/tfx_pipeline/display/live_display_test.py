import io

import pytest
from rich.console import Console

from components.progress import Progress
from tfx_pipeline.display.live_display import LiveDisplay, TerminalConsole


def display_of(width: int, **options):
    """A display on a terminal of a width, what is written to it, and what it draws now, as lines."""
    written = io.StringIO()
    console = TerminalConsole(file=written, force_terminal=True, width=width, height=24, **options)
    display = LiveDisplay(console, clock=lambda: 42.0)

    def lines():
        plain = Console(file=io.StringIO(), width=width, height=24)
        plain.print(display.picture())
        return [line.rstrip() for line in plain.file.getvalue().splitlines()]

    return display, written, lines


def begin(display, component="Trainer"):
    display.run_begins(["Transform", component])
    display.component_begins(component)


def test_a_bar_has_what_is_counted_its_rate_and_the_time_that_is_left():
    display, _, lines = display_of(100)
    begin(display)
    display(Progress("epoch 1 of 3, steps", 40), 10)
    title, bar = lines()
    assert title == "[2/2] Trainer 0 s  trains a model and exports it"
    # A quarter of 30 is done; without colours the rest of the bar is blank.
    assert bar == f"  epoch 1 of 3, steps {'━' * 7}╸{' ' * 22} 10 of 40"
    display.component_ends("Trainer", is_cached=False)
    assert lines() == [""]  # Between two components nothing goes on.


@pytest.mark.parametrize("width", [80, 60, 30])
def test_no_line_is_wider_than_the_terminal(width):
    display, _, lines = display_of(width)
    begin(display, "RecommendationTrainer")
    display(Progress("users' histories cut into examples", 12_000_000), 5_000_000)
    display(Progress("epoch 12 of 100, validation steps"), 5)
    drawn = lines()
    assert len(drawn) == 3 and max(map(len, drawn)) <= width
    assert drawn[0].startswith("[2/2] RecommendationTrainer")


def test_the_terminal_has_its_cursor_all_the_time_and_nothing_of_the_display_at_the_end():
    display, written, _ = display_of(80)
    with pytest.raises(KeyboardInterrupt), display:
        begin(display)
        display.tick()
        raise KeyboardInterrupt
    text = written.getvalue()
    hidden, shown = "\x1b[?25l", "\x1b[?25h"
    # Shown again at once: a process that is killed leaves it so.
    assert text.startswith(f"{hidden}{shown}") and text.rindex(shown) > text.rindex(hidden)
    assert text.rindex("\x1b[2K") > text.rindex("Trainer")  # What was drawn is erased.


def test_no_colour_where_none_is_wanted(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    display, written, _ = display_of(80)
    with display:
        begin(display)
        display(Progress("steps", 4), 1)
        display.tick()
    assert "\x1b[3" not in written.getvalue() and "steps" in written.getvalue()
