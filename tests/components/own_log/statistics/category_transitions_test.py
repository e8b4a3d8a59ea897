"""Shares of equal categories, worked out by hand."""

import pytest

from components.own_log.statistics.category_transitions import CategoryTransition, category_transitions
from schemas.canonical_event import Event, Surface
from tests.support.read_logs import read_log

ITEMS = """item_id,categories
cup,kitchen|cups
pan,kitchen|pans
hat,clothes|hats
pen,office
tag,
"""


@pytest.fixture
def transitions(tmp_path):
    """Measures a log of `user surface item label` rows, one a second."""

    def make(*rows):
        fields = [row.split() for row in rows]
        events = [
            Event(user, second, Surface(surface), item_id=item, label=int(label))
            for second, (user, surface, item, label) in enumerate(fields)
        ]
        found = category_transitions(read_log(tmp_path, events, ITEMS))
        return {(each.level, each.transition): each for each in found}

    return make


def test_shares_and_chance_by_transition_and_level(transitions):
    found = transitions(
        "a recommendation cup 1",
        "a recommendation pan 1",  # r2r: the same at level 1, not at level 2
        "a search hat 0",  # Only shown: no engagement.
        "a search hat 1",  # r2s: another category
        "a search hat 1",  # s2s: the same
        "a recommendation hat 1",  # s2r: the same
        "b recommendation hat 1",  # Another user: no pair with the one before.
        "b recommendation cup 1",  # r2r: another category
    )
    # r2r at level 1: kitchen → kitchen and clothes → kitchen. By chance: kitchen first 1/2, second 1: 1/2 · 1.
    assert found[1, "r2r"] == CategoryTransition(1, "r2r", 2, 0.5, 0.5)
    # At level 2: cups → pans and hats → cups; the firsts are cups and hats, the seconds pans and cups: 1/2 · 1/2.
    assert found[2, "r2r"] == CategoryTransition(2, "r2r", 2, 0.0, 0.25)
    assert found[1, "r2s"] == CategoryTransition(1, "r2s", 1, 0.0, 0.0)
    assert found[1, "s2s"] == CategoryTransition(1, "s2s", 1, 1.0, 1.0)
    assert found[1, "s2r"].lift == 1.0 and found[1, "r2s"].lift == 0.0


def test_items_without_a_category_at_a_level_are_left_out_there(transitions):
    found = transitions("a search cup 1", "a search tag 1", "a search pen 1", "a search pan 1")
    # cup → pen → pan at level 1: each of two categories is half of the firsts and half of the seconds, so 2 · 1/4 by
    # chance.
    # The pen has no second level, where cup and pan are neighbours.
    assert found[1, "s2s"] == CategoryTransition(1, "s2s", 2, 0.0, 0.5)
    assert found[2, "s2s"] == CategoryTransition(2, "s2s", 1, 0.0, 0.0)
