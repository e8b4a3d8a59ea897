import pytest

from schemas.canonical_event import Event, Surface
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
BEGINS = [("a", 1), ("red", 2), ("red", 5), ("a", 6), ("a", 7), ("blue", 8)]
"""What each token is of, and when its first event was."""


def described(tokens):
    return [(each.token.query or each.token.items[0], each.timestamp_ms) for each in tokens]


@pytest.mark.parametrize(
    ("limits", "held_out", "tokens", "untold", "came_next"),
    [
        (HistoryLimits(), 0, BEGINS, 0, []),
        (HistoryLimits(2, 1), 0, [("a", 6), ("a", 7), ("blue", 8)], 3, []),
        # Older events take the room of what is held out.
        (HistoryLimits(2, 1), 2, [("a", 1), ("red", 5), ("a", 6)], 1, BEGINS[4:]),
        (HistoryLimits(), 6, [], 0, BEGINS),
        (HistoryLimits(), 99, [], 0, BEGINS),
    ],
)
def test_what_is_told_what_is_not_and_what_came_next(limits, held_out, tokens, untold, came_next):
    told = timeline(EVENTS, limits, held_out)
    assert (described(told.tokens), told.untold, described(told.held_out)) == (tokens, untold, came_next)


@pytest.mark.parametrize("kept", [0, 1, 2, 3])
@pytest.mark.parametrize("searches", [0, 1, 2, 3])
@pytest.mark.parametrize("items", [1, 5])
def test_the_tokens_are_those_that_a_request_carries(kept, searches, items):
    limits = HistoryLimits(kept, searches, items)
    for events in (EVENTS, EVENTS[:2], []):
        assert tuple(each.token for each in timeline(events, limits).tokens) == history(events, limits)
