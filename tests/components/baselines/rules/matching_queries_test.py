import dataclasses
import math

import numpy as np
import pytest

from components.baselines.rules.matching_queries import MatchingQueries
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_bm25_by_hand(tmp_path):
    # To a led `rome sea` and twice `Róme!`; to b `rome milan mill`; to d a query without words, to e a feed's click.
    log = training_log("aaabde", queries=["rome sea", "Róme!", "Róme!", "rome milan mill", "?", ""])
    rule = MatchingQueries(hotels(tmp_path), log)
    # So two items have a text, of 4 and 3 words: 3.5 on average. Both hold `rome`, one `sea`.
    rome = math.log(1 + (2 - 2 + 0.5) / (2 + 0.5))
    sea = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))

    def weight(times, length):
        return times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / 3.5))

    # A word of the query counts once. That a's title has `view`, and c's `mill`, is nothing to this rule.
    found = rule.relevance(asked("", queries=["Róme sea rome view"]), np.array([[0, 1, 2, 3, 4, 5]]))
    assert found[0] == pytest.approx([rome * weight(3, 4) + sea * weight(1, 4), rome * weight(1, 3), 0, 0, 0, 0])
    assert orders(rule, asked("", queries=["mill"])) == ["ba[de][cx]"]


def test_the_newest_query_of_the_history_counts_where_there_is_none(tmp_path):
    rule = MatchingQueries(hotels(tmp_path), training_log("eedc", queries=["", "", "port", "mill"]))
    own, past = asked("", queries=["port"]), asked("", queries=["mill"])
    assert orders(rule, own) == ["dec[abx]"]
    assert orders(rule, dataclasses.replace(past, own_queries=[""])) == ["ced[abx]"]


def test_popularity_orders_all_where_no_word_led_anywhere(tmp_path):
    rule = MatchingQueries(hotels(tmp_path), training_log("eed", queries=["port", "port", "inn"]))
    assert orders(rule, asked("", "", queries=["", "sea view"])) == ["ed[abcx]"] * 2
    # Without searches nothing has a text.
    assert orders(MatchingQueries(hotels(tmp_path), training_log("eed")), asked("", queries=["port"])) == ["ed[abcx]"]
