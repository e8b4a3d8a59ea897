import math

import numpy as np
import pytest

from components.baselines import item_cosines
from components.baselines.rules import item_neighbours
from components.baselines.rules.item_neighbours import ItemNeighbours
from tests.support.rule_logs import asked, hotels, orders, training_log

BASKETS = ("abc", "ab", "bd", "c")


def test_cosines_by_hand(tmp_path):
    rule = ItemNeighbours(hotels(tmp_path), training_log("eed", BASKETS))
    # a is in 2 histories, b in 3, c in 2, d in 1. Together: ab 2, ac 1, bc 1, bd 1.
    ab, ac, bc, bd = 2 / math.sqrt(6), 1 / 2, 1 / math.sqrt(6), 1 / math.sqrt(3)
    items = np.array([[0, 1, 2, 3, 4, 5]] * 3)
    sums, popularity = rule.keys(asked("a", "aab", "xe"), items)
    # What is there twice counts once. An item is not its own neighbour, and unknown ones have none.
    assert sums[0] == pytest.approx([0, ab, ac, 0, 0, 0])
    assert sums[1] == pytest.approx([ab, ab, ac + bc, bd, 0, 0])
    assert sums[2] == pytest.approx([0] * 6)
    assert popularity[0].tolist() == [0, 0, 0, 1, 2, 0]
    assert orders(rule, asked("a", "")) == ["bced[ax]", "ed[abcx]"]


def test_only_the_nearest_are_kept(tmp_path, monkeypatch):
    monkeypatch.setattr(item_neighbours, "NEIGHBOURS", 1)
    monkeypatch.setattr(item_cosines, "_ITEMS_AT_ONCE", 2)
    monkeypatch.setattr(item_neighbours, "_SUMS_AT_ONCE", 18)  # Three rows of five items and the unknown.
    rule = ItemNeighbours(hotels(tmp_path), training_log("", BASKETS))
    # Of a only b, of b only a, of c only a; of d, b.
    assert orders(rule, asked("a", "b", "c", "d")) == ["b[acdex]", "a[bcdex]", "a[bcdex]", "b[acdex]"]


def test_without_histories_nothing_is_near(tmp_path):
    assert orders(ItemNeighbours(hotels(tmp_path), training_log("b")), asked("ab")) == ["b[acdex]"]
