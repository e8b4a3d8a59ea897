"""What a user did as the history of a request, and what is told of all users."""

from schemas.canonical_event import Event, Item, Surface, Token
from serving.shop_log.event_log import EventLog, HistoryLimits, history

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH


def event(surface, item, time, label=1, user="u", session="s"):
    return Event(user, time, surface, "q" if surface is SEARCH else "", session, item, label)


def test_items_titles_and_counts():
    log = EventLog({"lamp": Item("lamp", "A LAMP"), "mug": Item("mug")})
    for each in (event(FEED, "lamp", 1), event(FEED, "vase", 2, user="v"), event(FEED, "shown", 3, label=0)):
        log.count(each)
    log.count(event(SEARCH, "", 4))  # A search without a click names no item.
    assert list(log.items) == ["lamp", "mug", "vase", "shown"]
    assert [log.title(item) for item in ("lamp", "mug", "unheard of")] == ["A LAMP", "mug", "unheard of"]
    assert log.item_counts == {"lamp": 1, "vase": 1}
    assert log.user_counts == {"u": 1, "v": 1}


def test_a_log_lacks_a_surface_only_beside_another():
    log = EventLog()
    assert not log.lacks(FEED) and not log.lacks(SEARCH)  # It says nothing at all.
    log.count(event(SEARCH, "shown", 1, label=0))
    log.count(event(SEARCH, "", 2))
    log.count(event(FEED, "lamp", 3))
    assert log.lacks(SEARCH) and not log.lacks(FEED)
    log.count(event(SEARCH, "lamp", 4))
    assert not log.lacks(SEARCH)


def test_clicks_of_one_search_are_one_token():
    shown, mug = event(FEED, "shown", 2, label=0), event(FEED, "mug", 3)
    events = [event(SEARCH, "lamp", 1), event(SEARCH, "vase", 1), shown, mug]
    log = EventLog(events={"u": events})
    told = (Token(SEARCH, ("lamp", "vase"), "q"), Token(FEED, ("mug",)))
    assert log.history_of("u", HistoryLimits()) == told
    assert history(events, HistoryLimits(items_per_session=1))[0] == Token(SEARCH, ("vase",), "q")
    assert (log.events_of("nobody"), log.history_of("nobody", HistoryLimits())) == ((), ())


def test_a_history_keeps_the_newest_of_each_surface():
    surfaces = (FEED, SEARCH, FEED, SEARCH, FEED)
    events = [
        event(surface, item, time, session="")
        for time, (surface, item) in enumerate(zip(surfaces, "abcde", strict=True))
    ]
    kept = history(events, HistoryLimits(recommendation_history=2, search_history=1))
    assert [token.items for token in kept] == [("c",), ("d",), ("e",)]
