import math

import numpy as np
import pytest

from components.baselines.rules.matching_words import MatchingWords
from tests.support.rule_logs import asked, hotels, orders, training_log


def test_bm25_by_hand(tmp_path):
    rule = MatchingWords(hotels(tmp_path), training_log())
    # The texts: a sea view italy rome 4; b sea sea villa italy rome 3; c mill italy milan 4; d port inn france nice 3;
    # e nothing. They have 5, 6, 4, 5 and 0 words, so 4 on average.
    rome = math.log(1 + (5 - 2 + 0.5) / (2 + 0.5))
    mill = math.log(1 + (5 - 1 + 0.5) / (1 + 0.5))

    def weight(times, length):
        return times * 2.2 / (times + 1.2 * (0.25 + 0.75 * length / 4))

    found = rule.relevance(asked("", queries=["Rome, mill rome!"]), np.array([[0, 1, 2, 3, 4, 5]]))
    assert found[0] == pytest.approx([rome * weight(1, 5), rome * weight(1, 6), mill * weight(1, 4), 0, 0, 0])
    # `sea` is in as many texts as `rome`; in b twice.
    found = rule.relevance(asked("", queries=["sea"]), np.array([[0, 1]]))
    assert found[0] == pytest.approx([rome * weight(1, 5), rome * weight(2, 6)])


def test_popularity_breaks_ties_and_orders_all_where_no_word_is_known(tmp_path):
    rule = MatchingWords(hotels(tmp_path), training_log("eed"))
    queries = ["mílan", "", "Oslo", "france sea"]
    # Accents do not count. `france` is rarer than `sea`, and b has that word twice.
    assert orders(rule, asked(*[""] * 4, queries=queries)) == ["ced[abx]", "ed[abcx]", "ed[abcx]", "dbae[cx]"]
