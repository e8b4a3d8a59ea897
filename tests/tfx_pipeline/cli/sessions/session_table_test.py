from schemas.canonical_event import Surface
from serving.client.answers import Session
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions, SessionEvent
from tfx_pipeline.cli.sessions.session_table import sessions_text

EVENTS = (SessionEvent("red", ("ANT",)), SessionEvent("blue", ()))
BY_CLICKS = Division("what was clicked", (Session(0.0, 1.25, (1.0, 0.25)), Session(1.25, 2.0, (0.004, 0.75))))


def test_a_row_an_event_and_a_column_a_session():
    assert sessions_text(EventSessions(Surface.SEARCH, EVENTS, (BY_CLICKS,))).splitlines() == [
        "Search, by what was clicked:",
        "event  what                     1: 0.0-1.2  2: 1.2-2.0",
        '    1  "red": ANT               100%',
        '    2  "blue": nothing clicked  25%         75%',
    ]
    assert sessions_text(EventSessions(Surface.RECOMMENDATION, (), (BY_CLICKS,))) == "Feed: no events."
