from xml.etree import ElementTree

from schemas.canonical_event import Surface
from serving.client.answers import Session
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions, SessionEvent
from tfx_pipeline.cli.sessions.session_picture import picture

SVG = "{http://www.w3.org/2000/svg}"
EVENTS = (SessionEvent("red & <blue>", ("A TITLE MUCH TOO LONG FOR ONE LINE",)), SessionEvent("", ()))
APART = Division("what was clicked", (Session(0.0, 1.25, (1.0, 0.25)), Session(1.25, 2.0, (0.0, 0.75))))
OVERLAPPING = Division(
    "what was searched for",
    (Session(0.0, 1.5, (1.0, 0.5)), Session(0.5, 2.0, (0.5, 1.0)), Session(2.0, 2.0, (0.0, 0.0))),
)


def drawn(*shown, title="Sessions"):
    return ElementTree.fromstring(picture(title, shown))


def bands(root):
    """(left, top, width) of each band; the background has no corners."""
    boxes = [rect for rect in root.iter(f"{SVG}rect") if rect.get("rx")]
    return [tuple(float(box.get(name)) for name in ("x", "y", "width")) for box in boxes]


def words(root):
    return [text.text for text in root.iter(f"{SVG}text")]


def test_bands_lie_where_the_windows_do_and_events_in_the_middle_of_their_places():
    root = drawn(EventSessions(Surface.SEARCH, EVENTS, (APART,)))
    (left, top, width), second = bands(root)
    event = width / 1.25
    assert second == (left + width, top, 0.75 * event)
    assert [float(dot.get("cx")) for dot in root.iter(f"{SVG}circle")] == [left + 0.5 * event, left + 1.5 * event]


def test_clicks_above_the_time_line_and_queries_below_in_lanes_of_their_own_where_windows_overlap():
    root = drawn(EventSessions(Surface.SEARCH, EVENTS, (APART, OVERLAPPING)))
    time_line = float(next(root.iter(f"{SVG}line")).get("y1"))
    *clicks, one, two, empty = bands(root)
    assert all(top < time_line for _, top, _ in clicks)
    assert time_line < one[1] == empty[1] < two[1]
    assert empty[2] == 2


def test_what_lies_in_a_session_in_part_is_told_where_there_is_room():
    found = words(drawn(EventSessions(Surface.SEARCH, EVENTS, (APART,))))
    # A quarter of an event is no room.
    assert [each for each in found if each.endswith("%")] == ["75%"]


def test_texts_are_wrapped_and_whole_in_the_tooltip():
    root = drawn(EventSessions(Surface.SEARCH, EVENTS, (APART,)), title='The "user" & more')
    assert root.get("aria-label") == 'The "user" & more'
    found = words(root)
    label = found.index('"red & <blue>"')
    assert found[label : label + 3] == ['"red & <blue>"', "A TITLE MUCH", "TOO LONG FOR"]
    assert "nothing clicked" in found
    tooltips = [title.text for title in root.iter(f"{SVG}title")]
    assert '"red & <blue>": A TITLE MUCH TOO LONG FOR ONE LINE' in tooltips
    assert "Session 1: events 0.00 to 1.25" in tooltips


def test_a_surface_without_events_is_told_and_everything_fits():
    root = drawn(EventSessions(Surface.RECOMMENDATION, (), (APART,)), EventSessions(Surface.SEARCH, EVENTS, (APART,)))
    assert [each for each in words(root) if each in ("Feed", "no events", "Search")] == ["Feed", "no events", "Search"]
    assert all(float(text.get("y")) < float(root.get("height")) for text in root.iter(f"{SVG}text"))
    assert all(left + width < float(root.get("width")) for left, _, width in bands(root))
