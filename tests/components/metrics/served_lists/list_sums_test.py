"""Each figure worked out by hand, on a catalogue of twenty items of which one is popular."""

import math

import numpy as np
import pytest

from components.baselines.item_features import NOTHING
from components.metrics.served_lists.list_sums import ListSums, gini, mean_distance, self_information
from components.metrics.served_lists.listed_items import ListedItems

ITEMS = [f"i{number}".encode() for number in range(20)]
# i0 has 44 of 60 engagements, i1 has 16. With one more for each item they are 45, 17 and eighteen ones, 80 together.
ENGAGEMENTS = np.array([44, 16] + [0] * 18 + [0])
CATALOGUE = ListedItems({item: place for place, item in enumerate(ITEMS)}, ENGAGEMENTS, np.full((21, 1), NOTHING))


def added(*lists):
    sums = ListSums()
    for listed, wanted in lists:
        sums.add([ITEMS[place] for place in listed], ITEMS[wanted], CATALOGUE)
    return sums


def test_two_lists():
    found = added(([0, 1], 0), ([0, 5], 5)).figures(20)
    assert found["lists"] == 2
    assert found["coverage"] == 3 / 20
    assert found["popularity_of_served"] == pytest.approx(((44 + 16) / 2 + (44 + 0) / 2) / 2)
    assert found["popularity_of_clicked"] == (44 + 0) / 2
    bits = [-math.log2(count / 80) for count in (45, 17, 1)]
    assert found["novelty"] == pytest.approx(((bits[0] + bits[1]) / 2 + (bits[0] + bits[2]) / 2) / 2)
    # Seventeen items are never shown, two once and one twice: Σ (2 i - 21) c = (36 - 21) + (38 - 21) + 2 (40 - 21).
    assert found["gini"] == pytest.approx((15 + 17 + 2 * 19) / (20 * 4))
    # Nothing is known of the items that two could have in common.
    assert "diversity" not in found


def test_sums_of_workers_are_added_and_an_empty_list_does_not_count():
    lists = [([0, 1], 0), ([0, 5], 5), ([], 3), ([7], 1)]
    assert sum((added(each) for each in lists), ListSums()) == added(*lists)
    assert added(*lists).lists == 3


def test_no_figures_without_a_list_or_where_a_list_is_most_of_the_catalogue():
    assert ListSums().figures(20) == {}
    assert added(([0, 1], 0)).figures(19) == {}


@pytest.mark.parametrize(
    ("counts", "expected"),
    # The mean difference of all pairs over twice the mean: of 0 and 4 it is (4 + 4) / 4 / (2 · 2).
    [([3, 3, 3], 0.0), ([0, 4], 0.5), ([0, 0, 0, 8], 0.75), ([1, 2, 3], 8 / 9 / (2 * 2))],
)
def test_the_gini_coefficient(counts, expected):
    assert gini(np.array(counts)) == pytest.approx(expected)
    assert gini(np.array(counts[::-1])) == pytest.approx(expected)


def test_self_information_is_what_a_share_of_all_engagements_is_worth_in_bits():
    # 45 of 80, 17 of 80, one of 80.
    assert self_information(np.array([44, 16, 0]), CATALOGUE) == pytest.approx(
        [math.log2(80 / 45), math.log2(80 / 17), math.log2(80)]
    )


def test_distance_is_the_share_of_slots_in_which_two_items_differ():
    # The first two share one of two slots, the third has neither value but one slot; of the last nothing is known.
    traits = np.array([[1, 2], [1, 3], [4, NOTHING], [NOTHING, NOTHING]])
    pairs = [1 - 1 / 2, 1, 1, 1, 1, 1]  # 01, 02, 12, and each with the last.
    assert mean_distance(traits) == pytest.approx(sum(pairs) / 6)
    assert mean_distance(traits[[0, 0]]) == 0
    assert mean_distance(traits[[3, 3]]) is None and mean_distance(traits[:1]) is None
