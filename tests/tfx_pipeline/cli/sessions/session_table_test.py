from schemas.canonical_event import Surface
from serving.client.answers import Session
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions, SessionEvent
from tfx_pipeline.cli.sessions.session_table import sessions_text

EVENTS = (SessionEvent("red", ("ANT",)), SessionEvent("blue", ()))
BY_CLICKS = Division("what was clicked", (Session(0.0, 1.25, (1.0, 0.25)), Session(1.25, 2.0, (0.004, 0.75))))
BY_QUERIES = Division("what was searched for", (Session(0.0, 2.0, (1.0, 1.0)), Session(2.0, 2.0, (0.0, 0.0))))


def test_a_table_a_division():
    assert sessions_text(EventSessions(Surface.SEARCH, EVENTS, (BY_CLICKS, BY_QUERIES))).splitlines() == [
        "Search, by what was clicked:",
        "event  what                     1: 0.0-1.2  2: 1.2-2.0",
        '    1  "red": ANT               100%',
        '    2  "blue": nothing clicked  25%         75%',
        "",
        "Search, by what was searched for:",
        "event  what                     1: 0.0-2.0  2: 2.0-2.0",
        '    1  "red": ANT               100%',
        '    2  "blue": nothing clicked  100%',
    ]


def test_no_events():
    assert sessions_text(EventSessions(Surface.RECOMMENDATION, (), (BY_CLICKS,))) == "Feed: no events."
