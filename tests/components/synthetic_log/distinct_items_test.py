import itertools

import numpy as np
import pytest

from components.synthetic_log.distinct_items import draw_items, places_in_runs
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import Purpose, stream


def streams(users):
    return [stream(3, Purpose.USER, user) for user in range(users)]


@pytest.mark.parametrize("skew", [1, 6])
def test_orders_are_as_frequent_as_drawing_without_replacement_makes_them(skew):
    """All items of a topic; with the larger skew, the stream brings little but the first, so others are drawn apart."""
    catalogue = Catalogue(GeneratorConfig(items=3, topics=1, categories=1, item_skew=skew))
    users = 4_000
    found = draw_items(catalogue, np.repeat(np.arange(users), 3), np.zeros(3 * users, int), streams(users))
    orders = found.reshape(users, 3).tolist()
    popularity = [1, 2**-skew, 3**-skew]
    whole = sum(popularity)
    for order in itertools.permutations(range(3)):
        first, second = popularity[order[0]], popularity[order[1]]
        expected = first / whole * second / (whole - first)
        assert orders.count(list(order)) / users == pytest.approx(expected, abs=4 * (expected / users) ** 0.5)


def test_nobody_has_an_item_twice_before_all_of_its_topic():
    catalogue = Catalogue(GeneratorConfig(items=10, topics=2, categories=1, item_skew=2))
    user = np.repeat([0, 1], 14)
    topic = np.tile([0, 1], 14)
    found = draw_items(catalogue, user, topic, streams(2))
    assert (catalogue.topic(found) == topic).all()
    for who, about in itertools.product((0, 1), (0, 1)):
        items = found[(user == who) & (topic == about)]
        # Seven of five items: each once, then two of them anew.
        assert sorted(items[:5]) == [about + 2 * rank for rank in range(5)]
        assert len(set(items[5:])) == 2
    assert draw_items(catalogue, np.empty(0, int), np.empty(0, int), streams(1)).tolist() == []
    assert places_in_runs(np.array([4, 4, 4, 1, 4, 4])).tolist() == [0, 1, 2, 0, 0, 1]
