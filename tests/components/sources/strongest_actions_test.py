import dataclasses

import pytest

from components.sources.strongest_actions import strongest_actions
from schemas.canonical_event import Event, Surface

CLICK, CART, BUY = 1.0, 2.0, 5.0


def feed(time, item, weight=CLICK, **changes):
    return Event("u", time, Surface.RECOMMENDATION, item_id=item, weight=weight, **changes)


def search(time, item, weight=CLICK, query="mug", session="s1"):
    return Event("u", time, Surface.SEARCH, query, session, item, weight=weight)


def heavier(event, weight):
    return dataclasses.replace(event, weight=weight)


ONE_AFTER_THE_OTHER = [feed(1, "a"), feed(2, "a", CART), feed(3, "a", BUY)]


@pytest.mark.parametrize(
    ("events", "kept"),
    [
        ([], []),
        (ONE_AFTER_THE_OTHER, [feed(1, "a", BUY)]),
        # The strongest counts, wherever it stands.
        ([feed(1, "a", BUY), feed(2, "a")], [feed(1, "a", BUY)]),
        # The same action twice is a repetition, and stays.
        ([feed(1, "a"), feed(2, "a")], [feed(1, "a"), feed(2, "a")]),
        ([feed(1, "a"), feed(2, "a"), feed(3, "a", BUY)], [feed(1, "a"), feed(2, "a", BUY)]),
        # What was only shown ends no list, and is no action.
        ([feed(1, "a"), feed(2, "b", label=0), feed(3, "a", BUY)], [feed(1, "a", BUY), feed(2, "b", label=0)]),
        ([feed(1, "a", BUY, label=0), feed(2, "a")], [feed(1, "a", BUY, label=0), feed(2, "a")]),
        # Another item, a search without a click, another surface end the feed's list.
        *(
            ([feed(1, "a"), between, feed(3, "a", BUY)], [feed(1, "a"), between, feed(3, "a", BUY)])
            for between in (feed(2, "b"), search(2, ""), search(2, "a", 3.0))
        ),
        # A session is one list for each query, whatever lies between.
        (
            [search(1, "a"), search(2, "b"), search(2, ""), search(3, "a", BUY), search(4, "b", CART)],
            [search(1, "a", BUY), search(2, "b", CART), search(2, "")],
        ),
        *(
            ([search(1, "a"), search(2, "a", BUY, **other)], [search(1, "a"), search(2, "a", BUY, **other)])
            for other in ({"query": "cup"}, {"session": "s2"}, {"session": ""})
        ),
        # Searches without a session are like the feed.
        (
            [search(1, "a", session=""), search(2, "a", BUY, session="")],
            [search(1, "a", BUY, session="")],
        ),
        (
            [search(1, "a", session=""), search(2, "b", session=""), search(3, "a", BUY, session="")],
            [search(1, "a", session=""), search(2, "b", session=""), search(3, "a", BUY, session="")],
        ),
    ],
)
def test_of_several_actions_in_a_list_the_strongest_counts_at_the_time_of_the_first(events, kept):
    assert strongest_actions(events) == kept


def test_nothing_given_is_changed():
    events = list(ONE_AFTER_THE_OTHER)
    assert strongest_actions(iter(events)) == [heavier(events[0], BUY)]
    assert events == ONE_AFTER_THE_OTHER
