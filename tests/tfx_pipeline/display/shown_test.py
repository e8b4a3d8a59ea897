import io
import sys

import pytest

from components.progress import Progress
from tfx_pipeline.display.live_display import LiveDisplay
from tfx_pipeline.display.plain_display import PlainDisplay
from tfx_pipeline.display.shown import shown


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("stream", "term", "everything", "kind"),
    [
        (Terminal(), "xterm-256color", False, LiveDisplay),
        (Terminal(), "dumb", False, PlainDisplay),
        (Terminal(), "xterm-256color", True, PlainDisplay),
        (io.StringIO(), "xterm-256color", False, PlainDisplay),
        (None, "xterm-256color", False, PlainDisplay),
    ],
)
def test_a_live_display_on_a_terminal_and_lines_elsewhere(monkeypatch, stream, term, everything, kind):
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", term)
    with shown(everything) as display:
        assert type(display) is kind


def test_it_hears_of_progress_while_it_is_shown(monkeypatch):
    heard = []
    monkeypatch.setattr(PlainDisplay, "__call__", lambda display, progress, steps: heard.append((progress.what, steps)))
    with shown():
        Progress("rows").advance(3)
    Progress("rows").advance(4)
    assert heard == [("rows", 3)]
