import numpy as np
import pytest

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue

CONFIG = GeneratorConfig(items=8, topics=3, categories=2, words_per_topic=4, interests=2, topic_skew=1, item_skew=1)


@pytest.fixture
def catalogue():
    return Catalogue(CONFIG)


def test_each_item_is_of_one_topic_with_a_rank_and_shares_follow_ranks(catalogue):
    items = np.arange(8)
    assert catalogue.topic(items).tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    assert catalogue.topic_sizes.tolist() == [3, 3, 2]
    assert catalogue.popularity(items) == pytest.approx([1, 1, 1, 1 / 2, 1 / 2, 1 / 2, 1 / 3, 1 / 3])
    assert catalogue.item(np.array([0, 1, 2]), np.array([2, 1, 0])).tolist() == [6, 4, 2]
    assert catalogue.category(np.arange(3)).tolist() == [0, 1, 0]
    assert catalogue.topic_shares == pytest.approx([6 / 11, 3 / 11, 2 / 11])
    assert catalogue.interest_weights == pytest.approx([2 / 3, 1 / 3])
    assert catalogue.item_mass == pytest.approx([0, 1, 3 / 2, 11 / 6])


def test_numbers_become_topics_interests_ranks_and_words(catalogue):
    assert catalogue.topic_at(np.array([0, 0.54, 0.55, 0.81, 0.82, 1.0])).tolist() == [0, 0, 1, 1, 2, 2]
    assert catalogue.interest_at(np.array([0, 0.66, 0.67, 1.0])).tolist() == [0, 0, 1, 1]
    # Of three items the first has 6/11, of two it has 2/3.
    uniform, topics = np.array([0.54, 0.55, 0.82, 0.66, 0.67, 1.0]), np.array([0, 0, 1, 2, 2, 2])
    assert catalogue.rank_at(uniform, topics).tolist() == [0, 1, 2, 0, 1, 1]
    # Words are of a topic or of its category.
    assert catalogue.terms == (3 + 2) * 4
    uniform, topics = np.array([0.0, 0.99, 0.0, 0.99]), np.array([2, 2, 1, 1])
    # Topics have words 0 to 11; category 0 has 12 to 15, category 1 has 16 to 19.
    assert catalogue.terms_at(uniform, topics, np.array([False, False, True, True])).tolist() == [8, 11, 16, 19]
