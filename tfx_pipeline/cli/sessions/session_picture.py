"""Draws sessions as SVG text: a time line of events, with a band for each session."""

import textwrap
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from schemas.canonical_event import Surface
from serving.client.answers import Session
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions, SessionEvent

_HEADLINES = {Surface.RECOMMENDATION: "Feed", Surface.SEARCH: "Search"}
# All lengths are in pixels.
_MARGIN = 28
_SLOT = 120
"""The width of an event."""
_LEAST_WIDTH = 420
_TEXT_LINE = 15
_BAND = 24
_LANE = _BAND + 6
_CHARACTERS_A_LINE = 15
_MOST_LINES = 4
_NUMBER = 20
"""The room for a session's number, at the start of its band."""
_PERCENTAGE = 34
"""The least room for a percentage."""
_WHOLE = 0.995
# Colour-blind people can tell these apart, too (after Okabe and Ito).
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9")
_STYLE = (
    "text{font-family:system-ui,sans-serif;font-size:12px;fill:#24292f}"
    ".title{font-size:18px;font-weight:600}.headline{font-size:15px;font-weight:600}"
    ".quiet{fill:#6e7781}.query{font-weight:600}.middle{text-anchor:middle}"
)


def picture(title: str, shown: Sequence[EventSessions]) -> str:
    """Draws the histories below each other.

    Args:
        title: The heading of the picture.
        shown: The history of each surface. Sessions by what was clicked are above its time line, those by what was
            searched for below it. Sessions that overlap are in different lanes.

    Returns:
        An SVG document.
    """
    width = max(_LEAST_WIDTH, 2 * _MARGIN + _SLOT * max((len(each.events) for each in shown), default=0))
    canvas = _Canvas()
    canvas.down(_MARGIN + 4)
    canvas.text(_MARGIN, title, "title")
    for each in shown:
        canvas.down(36)
        _draw_history(canvas, each)
    height = canvas.y + _MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" aria-label="{_attribute(title)}">\n'
        f'<style>{_STYLE}</style>\n<rect width="100%" height="100%" fill="#ffffff"/>\n'
        + "\n".join(canvas.elements)
        + "\n</svg>\n"
    )


class _Canvas:
    """Collects elements from top to bottom; `y` is how far down they reach."""

    def __init__(self) -> None:
        self.elements: list[str] = []
        self.y = 0

    def down(self, pixels: int) -> None:
        """Leaves room."""
        self.y += pixels

    def text(self, x: float, words: str, kind: str) -> None:
        """Writes a line at the present height."""
        self.elements.append(f'<text x="{x:g}" y="{self.y}" class="{kind}">{escape(words)}</text>')


def _draw_history(canvas: _Canvas, shown: EventSessions) -> None:
    canvas.text(_MARGIN, _HEADLINES[shown.surface], "headline")
    if not shown.events:
        canvas.down(_TEXT_LINE + 4)
        canvas.text(_MARGIN, "no events", "quiet")
        return
    above, *below = shown.divisions
    _draw_division(canvas, above)
    _draw_time_line(canvas, shown.events)
    for division in below:
        _draw_division(canvas, division)


def _draw_division(canvas: _Canvas, division: Division) -> None:
    canvas.down(_TEXT_LINE + 6)
    canvas.text(_MARGIN, f"Sessions by {division.made_by}", "quiet")
    canvas.down(8)
    lanes = _lanes(division.sessions)
    for number, (session, lane) in enumerate(zip(division.sessions, lanes, strict=True), start=1):
        _draw_band(canvas, number, session, canvas.y + lane * _LANE)
    canvas.down(_LANE * (max(lanes, default=0) + 1))


def _draw_band(canvas: _Canvas, number: int, session: Session, top: int) -> None:
    colour = _COLOURS[(number - 1) % len(_COLOURS)]
    left, width = _MARGIN + _SLOT * session.start, _SLOT * (session.end - session.start)
    canvas.elements.append(
        f"<g><title>Session {number}: events {session.start:.2f} to {session.end:.2f}</title>"
        f'<rect x="{left:.1f}" y="{top}" width="{max(width, 2):.1f}" height="{_BAND}" rx="6" fill="{colour}" '
        f'fill-opacity="0.18" stroke="{colour}"/>'
    )
    middle = top + _BAND / 2 + 4
    canvas.elements.append(
        f'<text x="{left + 7:.1f}" y="{middle:g}" style="fill:{colour}" class="query">{number}</text>'
    )
    for place, share in enumerate(session.shares):
        begin = max(left + _NUMBER, _MARGIN + _SLOT * place)
        room = min(left + width, _MARGIN + _SLOT * (place + 1)) - begin
        if room >= _PERCENTAGE and share < _WHOLE:
            x = begin + room / 2
            canvas.elements.append(f'<text x="{x:.1f}" y="{middle:g}" class="quiet middle">{share:.0%}</text>')
    canvas.elements.append("</g>")


def _draw_time_line(canvas: _Canvas, events: Sequence[SessionEvent]) -> None:
    canvas.down(14)
    end = _MARGIN + _SLOT * len(events)
    canvas.elements.append(f'<line x1="{_MARGIN}" y1="{canvas.y}" x2="{end}" y2="{canvas.y}" stroke="#8c959f"/>')
    lines = [list(_label_lines(event)) for event in events]
    for place, (event, of_event) in enumerate(zip(events, lines, strict=True)):
        x = _MARGIN + _SLOT * (place + 0.5)
        canvas.elements.append(
            f'<g><title>{escape(event.label)}</title><circle cx="{x:g}" cy="{canvas.y}" r="5" fill="#24292f"/>'
        )
        for row, (words, kind) in enumerate(of_event, start=1):
            y = canvas.y + 6 + row * _TEXT_LINE
            canvas.elements.append(f'<text x="{x:g}" y="{y}" class="{kind} middle">{escape(words)}</text>')
        canvas.elements.append("</g>")
    canvas.down(6 + _TEXT_LINE * max(len(each) for each in lines))


def _label_lines(event: SessionEvent) -> Iterator[tuple[str, str]]:
    """The lines below an event, each with its class."""
    if event.query:
        for line in _wrapped(f'"{event.query}"', _MOST_LINES // 2):
            yield line, "query"
    for line in _wrapped(", ".join(event.titles) or "nothing clicked", _MOST_LINES - bool(event.query)):
        yield line, "" if event.titles else "quiet"


def _wrapped(words: str, most: int) -> list[str]:
    return textwrap.wrap(words, _CHARACTERS_A_LINE, max_lines=most, placeholder="…")


def _lanes(sessions: Sequence[Session]) -> list[int]:
    """Gives each session the first lane in which it overlaps no earlier session."""
    ends: dict[int, float] = {}
    lanes = []
    for session in sessions:
        lane = next((lane for lane, end in ends.items() if end <= session.start), len(ends))
        ends[lane] = session.end
        lanes.append(lane)
    return lanes


def _attribute(text: str) -> str:
    return escape(text, {'"': "&quot;"})
