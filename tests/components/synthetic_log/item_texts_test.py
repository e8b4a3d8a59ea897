import numpy as np
import pytest

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.item_texts import TITLE_WORDS, draw_titles
from components.synthetic_log.made_catalogue import Catalogue


def test_titles_are_of_words_of_the_topic_and_its_category():
    catalogue = Catalogue(GeneratorConfig(items=3_000, topics=6, categories=2, words_per_topic=10))
    items = np.arange(1_000, 2_000)
    titles = draw_titles(catalogue, items, np.random.default_rng(1))
    assert titles.shape == (1_000, TITLE_WORDS)
    owner = titles // 10  # Topics 0 to 5, categories 6 and 7.
    topic = np.repeat((items % 6)[:, np.newaxis], TITLE_WORDS, axis=1)
    assert ((owner == topic) | (owner == 6 + topic % 2)).all()
    assert (owner == topic).mean() == pytest.approx(0.7, abs=0.03)
