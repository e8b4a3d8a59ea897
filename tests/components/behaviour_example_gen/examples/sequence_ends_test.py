import random

import pytest

from components.behaviour_example_gen.examples.histories import targets_with_histories
from components.behaviour_example_gen.examples.sequence_ends import sequence_ends
from components.sources.data_config import DataConfig
from tests.support.user_events import click, view


def ends(events, splits=None, **lengths):
    """The targets that end a sequence; all are training targets if not said otherwise."""
    config = DataConfig(**lengths)
    targets = list(targets_with_histories(events, config))
    marks = sequence_ends(targets, splits or ["train"] * len(targets), config)
    return [each for each, is_end in zip(targets, marks, strict=True) if is_end]


FEED = [view(item) for item in "abcdefg"]
SESSIONS = [click(item, session=session) for item, session in zip("abcd", "sstu", strict=True)]


@pytest.mark.parametrize(
    ("events", "settings", "items"),
    [
        # The last training example ends the only sequence of a short history.
        (FEED[:3], {}, ["c"]),
        # Each surface has sequences of its own.
        ([view("a"), click("b", session=""), view("c"), click("d", session=""), view("e")], {}, ["d", "e"]),
        # Long histories are cut from the end. Two tokens and a target each: e f g, b c d, and a alone.
        (FEED, {"recommendation_history": 2}, ["a", "d", "g"]),
        # Only training examples end sequences.
        (FEED[:5], {"splits": ["train", "train", "validation", "test", ""]}, ["b"]),
        (FEED[:1], {"splits": ["test"]}, []),
        # The clicks of one session are one token: d ends a sequence with the tokens t and s before it.
        (SESSIONS, {"search_history": 2}, ["d"]),
        # Here with t alone; s is left, and its last click ends the sequence of what was clicked before in it.
        (SESSIONS, {"search_history": 1}, ["b", "d"]),
    ],
)
def test_the_examples_that_end_a_sequence(events, settings, items):
    assert [each.target.item_id for each in ends(events, **settings)] == items


@pytest.mark.parametrize("seed", range(10))
def test_the_sequences_hold_each_training_target(seed):
    chance = random.Random(seed)
    events = [
        view(f"v{number}") if chance.random() < 0.5 else click(f"c{number}", session=chance.choice(["", "s", "t"]))
        for number in range(40)
    ]
    held = set()
    for each in ends(events, recommendation_history=3, search_history=2, items_per_session=40):
        own = [token.items for token in each.history if token.surface is each.target.surface]
        held.update([each.target.item_id], *own)
    assert held == {event.item_id for event in events}
