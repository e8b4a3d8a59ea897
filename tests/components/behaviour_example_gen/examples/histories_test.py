"""What leak_laws_test.py does not say by a random log: each law of a history on the smallest events that show it."""

import pytest

from components.behaviour_example_gen.examples.histories import History, targets_with_histories
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface, Token
from tests.support.user_events import click, view


def seen(item):
    return Token(Surface.RECOMMENDATION, (item,))


def searched(query, *items):
    return Token(Surface.SEARCH, items, query)


@pytest.mark.parametrize(
    ("events", "histories"),
    [
        # A history is what was strictly before.
        ([view("a"), click("b"), view("c")], [("a", []), ("b", [seen("a")]), ("c", [seen("a"), searched("mug", "b")])]),
        # Earlier clicks of the open session are history, and the target is not.
        (
            [click("a"), click("b"), click("c")],
            [("a", []), ("b", [searched("mug", "a")]), ("c", [searched("mug", "a", "b")])],
        ),
        # A target of before may be in the history of its repetition.
        ([view("a"), view("a")], [("a", []), ("a", [seen("a")])]),
        # What was shown and searches without a click are no targets.
        ([view("a", label=0), click("", "tea"), click("b", label=0), view("c")], [("c", [searched("tea")])]),
    ],
)
def test_the_history_of_each_target(events, histories):
    assert [(each.target.item_id, each.history) for each in targets_with_histories(events, DataConfig())] == histories


def test_a_history_holds_no_target_of_a_later_split():
    """The last two searches and the last two views are held out; a view that is learned comes after both searches."""
    events = [click("a", "one"), view("b"), click("c", "two"), click("", "three"), click("d", "three")]
    events += [view("e"), view("f"), view("g")]
    splits = ["train", "train", "validation", "test", "train", "validation", "test"]
    found = [each.history for each in targets_with_histories(events, DataConfig(), splits)]
    first, second = searched("one", "a"), seen("b")
    assert found[:3] == [[], [first], [first, second]]
    # The test search sees the one of validation; the query that was asked before its own click is no target.
    assert found[3] == [first, second, searched("two", "c"), searched("three")]
    train = [first, second, searched("three")]
    validation = [first, second, searched("two", "c"), searched("three")]
    test = [first, second, searched("two", "c"), searched("three", "d")]
    assert found[4:] == [train, [*validation, seen("e")], [*test, seen("e"), seen("f")]]


def test_what_is_hidden_counts_for_no_length():
    events = [click("a", "one", ""), click("b", "two", ""), view("c"), click("d", "three", "")]
    found = list(targets_with_histories(events, DataConfig(), ["train", "test", "train", "train"]))
    assert [each.tokens_before for each in found] == [0, 1, 0, 1]


def test_the_newest_tokens_are_kept_and_all_are_counted():
    events = [view("a"), click("b", "one"), click("c", "one"), click("", "two", ""), view("d"), click("e", "three", "")]
    events.append(click("f", "four", ""))
    found = list(targets_with_histories(events, DataConfig(recommendation_history=1, search_history=2)))
    # The second click of a session comes after one token, that of its own session.
    assert [(each.target.item_id, each.position, each.tokens_before, each.token) for each in found] == [
        *[("a", 0, 0, 0), ("b", 1, 0, 0), ("c", 2, 1, 0)],
        *[("d", 4, 1, 1), ("e", 5, 2, 2), ("f", 6, 3, 3)],
    ]
    # The newest of each surface are kept, in time order.
    assert found[-1].history == [searched("two"), seen("d"), searched("three", "e")]


def test_items_of_a_history_keep_their_weights():
    history = History(2, 2, items_per_session=2)
    clicks = [
        ("feed", "a", 3.0),
        ("s1", "b", 2.0),
        ("s1", "c", 4.0),
        ("s1", "b", 5.0),
        ("s1", "d", 0.0),
        ("s2", "", 1.0),
    ]
    for moment, (place, item, weight) in enumerate(clicks):
        surface = Surface.RECOMMENDATION if place == "feed" else Surface.SEARCH
        query, session = ("", "") if place == "feed" else ("mug", place)
        history.add(Event("u", moment, surface, query, session, item, weight=weight))
    assert [token.items for token in history.tokens] == [("a",), ("b", "d"), ()]
    assert [token.weights for token in history.tokens] == [(3.0,), (5.0, 0.0), ()]
