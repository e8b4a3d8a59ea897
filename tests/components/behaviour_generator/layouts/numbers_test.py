import numpy as np

from components.behaviour_generator.actions import draw_actions
from components.behaviour_generator.generator_config import GeneratorConfig
from components.behaviour_generator.layouts.numbers import joined_terms, session_numbers
from components.behaviour_generator.made_catalogue import Catalogue
from components.behaviour_generator.random_streams import Purpose, stream


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
