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
SESSIONS = (Session(0.0, 2.0, (1.0, 1.0)),)


def test_events_get_their_names_from_the_history_that_was_sent():
    shown = event_sessions(Surface.SEARCH, DividedHistory((1, 2), SESSIONS, SESSIONS[::-1]), HISTORY, LOG)
    assert shown == EventSessions(
        Surface.SEARCH,
        (SessionEvent("red", ("ANT", "BEE")), SessionEvent("blue", ())),
        (Division("what was clicked", SESSIONS), Division("what was searched for", SESSIONS)),
    )


def test_the_feed_is_divided_once():
    shown = event_sessions(Surface.RECOMMENDATION, DividedHistory((0,), SESSIONS), HISTORY, LOG)
    assert [division.made_by for division in shown.divisions] == ["what was clicked"]


def test_labels():
    events = [SessionEvent("", ("ANT",)), SessionEvent("red", ("ANT", "BEE")), SessionEvent("blue", ())]
    assert [event.label for event in events] == ["ANT", '"red": ANT, BEE', '"blue": nothing clicked']
