import random

import pytest

from components.behaviour_example_gen.examples.histories import targets_with_histories
from components.behaviour_example_gen.examples.sequence_ends import sequence_ends
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface


def view(item):
    return Event("u", 0, Surface.RECOMMENDATION, item_id=item)


def click(item, session=""):
    return Event("u", 0, Surface.SEARCH, query="mug", session_id=session, item_id=item)


def ends(events, splits=None, **lengths):
    """The items that end a sequence; all targets are training targets if not said otherwise."""
    config = DataConfig(**lengths)
    targets = list(targets_with_histories(events, config))
    marks = sequence_ends(targets, splits or ["train"] * len(targets), config)
    return [each.target.item_id for each, is_end in zip(targets, marks, strict=True) if is_end]


def test_the_last_training_example_ends_the_only_sequence_of_a_short_history():
    assert ends([view("a"), view("b"), view("c")]) == ["c"]


def test_each_surface_has_sequences_of_its_own():
    assert ends([view("a"), click("b"), view("c"), click("d"), view("e")]) == ["d", "e"]


def test_long_histories_are_cut_from_the_end():
    # Two tokens and a target each: e f g, b c d, and a alone.
    assert ends([view(item) for item in "abcdefg"], recommendation_history=2) == ["a", "d", "g"]


def test_only_training_examples_end_sequences():
    splits = ["train", "train", "validation", "test", ""]
    assert ends([view(item) for item in "abcde"], splits) == ["b"]
    assert ends([view("a")], ["test"]) == []


def test_the_clicks_of_one_session_are_one_token():
    events = [click("a", "s"), click("b", "s"), click("c", "t"), click("d", "u")]
    # d ends a sequence with the tokens t and s before it.
    assert ends(events, search_history=2) == ["d"]
    # Here with t alone; s is left, and its last click ends the sequence of what was clicked before in it.
    assert ends(events, search_history=1) == ["b", "d"]


@pytest.mark.parametrize("seed", range(10))
def test_the_sequences_hold_each_training_target(seed):
    chance = random.Random(seed)
    events = [
        view(f"v{number}") if chance.random() < 0.5 else click(f"c{number}", chance.choice(["", "s", "t"]))
        for number in range(40)
    ]
    lengths = {"recommendation_history": 3, "search_history": 2, "items_per_session": 40}
    config = DataConfig(**lengths)
    targets = list(targets_with_histories(events, config))
    marks = sequence_ends(targets, ["train"] * len(targets), config)
    held = set()
    for each, is_end in zip(targets, marks, strict=True):
        if is_end:
            held.add(each.target.item_id)
            held.update(item for token in each.history if token.surface is each.target.surface for item in token.items)
    assert held == {event.item_id for event in events if event.is_target}
