import random

import pytest

from components.behaviour_example_gen.examples.histories import History, targets_with_histories
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface, Token, tokens


def view(item, label=1):
    return Event("u", 0, Surface.RECOMMENDATION, item_id=item, label=label)


def click(item, query="mug", session="s1", label=1):
    return Event("u", 0, Surface.SEARCH, query=query, session_id=session, item_id=item, label=label)


def seen(item):
    return Token(Surface.RECOMMENDATION, (item,))


def searched(query, *items):
    return Token(Surface.SEARCH, items, query)


def histories(events, **config):
    return [(each.target.item_id, each.history) for each in targets_with_histories(events, DataConfig(**config))]


def test_a_history_is_what_was_strictly_before():
    assert histories([view("a"), click("b"), view("c")]) == [
        ("a", []),
        ("b", [seen("a")]),
        ("c", [seen("a"), searched("mug", "b")]),
    ]


def test_earlier_clicks_of_the_open_session_are_history_and_the_target_is_not():
    assert histories([click("a"), click("b"), click("c")]) == [
        ("a", []),
        ("b", [searched("mug", "a")]),
        ("c", [searched("mug", "a", "b")]),
    ]


def test_a_target_of_before_may_be_in_the_history_of_its_repetition():
    assert histories([view("a"), view("a")])[1] == ("a", [seen("a")])


def test_the_newest_tokens_of_each_surface_are_kept_in_time_order():
    events = [view("a"), click("b", "one", ""), view("c"), click("d", "two", ""), click("e", "three", ""), view("f")]
    assert histories(events, recommendation_history=1, search_history=2)[-1] == (
        "f",
        [seen("c"), searched("two", "d"), searched("three", "e")],
    )


def test_what_was_shown_and_searches_without_a_click_are_no_targets():
    events = [view("a", label=0), click("", "tea"), click("b", label=0)]
    assert not any(event.is_target for event in events)
    assert view("a").is_target and click("a").is_target
    assert histories([*events, view("c")]) == [("c", [searched("tea")])]


def test_positions_count_all_events():
    events = [view("a", label=0), view("b"), click(""), click("c")]
    assert [each.position for each in targets_with_histories(events, DataConfig())] == [1, 3]


def test_tokens_of_the_own_surface_are_counted_whether_kept_or_not():
    events = [view("a"), click("b", "one"), click("c", "one"), click("", "two", ""), view("d"), click("e", "three", "")]
    found = targets_with_histories(events, DataConfig(recommendation_history=1, search_history=1))
    # The second click of a session comes after one token, that of its own session.
    assert [(each.target.item_id, each.tokens_before, each.token) for each in found] == [
        ("a", 0, 0),
        ("b", 0, 0),
        ("c", 1, 0),
        ("d", 1, 1),
        ("e", 2, 2),
    ]


@pytest.mark.parametrize("seed", range(20))
def test_growing_equals_making_the_tokens_anew(seed):
    chance = random.Random(seed)
    events = [
        chance.choice([view, click])(chance.choice("abcde"), label=int(chance.random() < 0.8))
        if chance.random() < 0.5
        else click(chance.choice(["", "a", "b", "c"]), chance.choice(["mug", "tea"]), chance.choice(["", "s1", "s2"]))
        for _ in range(60)
    ]
    history = History(recommendation_tokens=3, search_tokens=4, items_per_session=2)
    for count, event in enumerate(events):
        all_tokens = list(enumerate(tokens(events[:count], 2)))
        newest = [each for each in all_tokens if each[1].surface is Surface.RECOMMENDATION][-3:]
        newest += [each for each in all_tokens if each[1].surface is Surface.SEARCH][-4:]
        assert history.tokens == [token for _, token in sorted(newest, key=lambda each: each[0])]
        history.add(event)
