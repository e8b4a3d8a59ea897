import numpy as np

from components.synthetic_log.actions import draw_actions
from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.layouts.numbers import joined_terms, session_numbers
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import Purpose, stream


def test_searches_are_numbered_by_user():
    config = GeneratorConfig()
    streams = [stream(1, Purpose.USER, user) for user in range(5)]
    actions = draw_actions(config, Catalogue(config), np.arange(5), streams)
    numbers = session_numbers(actions)
    assert (numbers[~actions.is_search] == 0).all()
    for user in range(5):
        searches = numbers[(actions.user == user) & actions.is_search]
        assert searches.tolist() == list(range(1, len(searches) + 1))


def test_words_are_joined():
    terms = np.array([[2, 0, -1], [1, -1, -1], [-1, -1, -1]])
    assert joined_terms(terms, ["a", "b", "c"], ", ") == ["c, a", "b", ""]
