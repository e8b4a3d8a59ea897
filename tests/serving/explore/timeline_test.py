import pytest

from schemas.canonical_event import Event, Surface, Token
from serving.explore.timeline import timeline
from serving.shop_log.event_log import HistoryLimits, history

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
EVENTS = [
    Event("7", 1, FEED, item_id="a"),
    Event("7", 2, SEARCH, "red", "s1", "b"),
    Event("7", 3, FEED, item_id="z", label=0),  # Shown only: it does not end the session.
    Event("7", 4, SEARCH, "red", "s1", "c"),
    Event("7", 5, SEARCH, "red", "s2"),
    Event("7", 6, FEED, item_id="a"),
    Event("7", 7, FEED, item_id="a"),
    Event("7", 8, SEARCH, "blue", "", "d"),
]


def described(told):
    return [(each.token.query or each.token.items[0], each.timestamp_ms) for each in told.tokens]


def test_a_token_begins_with_its_first_event():
    told = timeline(EVENTS, HistoryLimits())
    assert described(told) == [("a", 1), ("red", 2), ("red", 5), ("a", 6), ("a", 7), ("blue", 8)]
    assert told.tokens[1].token == Token(SEARCH, ("b", "c"), "red")
    assert told.untold == 0


def test_what_the_model_does_not_see_is_counted():
    told = timeline(EVENTS, HistoryLimits(recommendation_history=2, search_history=1))
    assert (described(told), told.untold) == ([("a", 6), ("a", 7), ("blue", 8)], 3)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
@pytest.mark.parametrize("searches", [0, 1, 2, 3])
def test_the_tokens_are_those_that_a_request_carries(kept, searches):
    limits = HistoryLimits(kept, searches, items_per_session=1)
    assert tuple(each.token for each in timeline(EVENTS, limits).tokens) == history(EVENTS, limits)


def test_what_came_next_is_held_out_and_older_events_take_its_room():
    told = timeline(EVENTS, HistoryLimits(recommendation_history=2, search_history=1), held_out=2)
    assert (described(told), told.untold) == ([("a", 1), ("red", 5), ("a", 6)], 1)
    assert [(each.token.items, each.timestamp_ms) for each in told.held_out] == [(("a",), 7), (("d",), 8)]


@pytest.mark.parametrize("held_out", [6, 99])
def test_all_of_it_may_be_held_out(held_out):
    told = timeline(EVENTS, HistoryLimits(), held_out)
    assert (told.tokens, told.untold, len(told.held_out)) == ((), 0, 6)


def test_nobody():
    assert timeline([], HistoryLimits()).tokens == ()
