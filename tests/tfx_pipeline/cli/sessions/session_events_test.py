from schemas.canonical_event import Item, Surface, Token
from serving.client.answers import DividedHistory, Session
from serving.shop_log.event_log import EventLog
from tfx_pipeline.cli.sessions.session_events import Division, EventSessions, SessionEvent, event_sessions

LOG = EventLog({"a": Item("a", "ANT"), "b": Item("b", "BEE")})
HISTORY = (
    Token(Surface.RECOMMENDATION, ("a",)),
    Token(Surface.SEARCH, ("a", "b"), "red"),
    Token(Surface.SEARCH, (), "blue"),
)
BY_CLICKS = (Session(0.0, 2.0, (1.0, 1.0)),)
BY_QUERIES = (Session(0.0, 1.0, (1.0, 0.0)), Session(1.0, 2.0, (0.0, 1.0)))


def test_events_get_their_names_from_the_history_that_was_sent():
    shown = event_sessions(Surface.SEARCH, DividedHistory((1, 2), BY_CLICKS, BY_QUERIES), HISTORY, LOG)
    assert shown == EventSessions(
        Surface.SEARCH,
        (SessionEvent("red", ("ANT", "BEE")), SessionEvent("blue", ())),
        (Division("what was clicked", BY_CLICKS), Division("what was searched for", BY_QUERIES)),
    )
    assert [event.label for event in shown.events] == ['"red": ANT, BEE', '"blue": nothing clicked']


def test_the_feed_is_divided_once():
    shown = event_sessions(Surface.RECOMMENDATION, DividedHistory((0,), BY_CLICKS), HISTORY, LOG)
    assert [division.made_by for division in shown.divisions] == ["what was clicked"]
    assert [event.label for event in shown.events] == ["ANT"]
