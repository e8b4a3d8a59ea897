import numpy as np
import pytest

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.item_choice import ItemChoice, births, has_own_choice
from components.synthetic_log.made_catalogue import Catalogue

NOBODY = np.empty(0, np.int64)


def choice(knows_lives=True, **changes):
    config = GeneratorConfig(**{"items": 8, "topics": 2, "categories": 1, "item_skew": 1, **changes})
    return ItemChoice(Catalogue(config), knows_lives)


def chances(of, topic, had, day=0.0):
    items, found = of.chances(topic, day, had)
    return {item: pytest.approx(chance) for item, chance in zip(items.tolist(), found.tolist(), strict=True)}


# Topic 1 has the items 1, 3, 5 and 7, of popularity 1, 1/2, 1/3 and 1/4.
MASS = 1 + 1 / 2 + 1 / 3 + 1 / 4


def test_new_items_come_by_popularity_and_who_has_had_all_starts_over():
    assert chances(choice(), 1, NOBODY) == {1: 1 / MASS, 3: 1 / 2 / MASS, 5: 1 / 3 / MASS, 7: 1 / 4 / MASS}
    rest = 1 / 2 + 1 / 4
    # Item 2 is of another topic.
    assert chances(choice(), 1, np.array([1, 5, 2])) == {1: 0, 3: 1 / 2 / rest, 5: 0, 7: 1 / 4 / rest}
    assert chances(choice(), 1, np.array([1, 5, 3, 7])) == chances(choice(), 1, NOBODY)


def test_repeats_come_the_more_often_the_more_often_they_came():
    of = choice(repeats=0.6)
    assert chances(of, 1, np.array([2])) == chances(choice(), 1, NOBODY)
    rest = 1 / 2 + 1 / 4
    # Item 1 three times, item 5 once.
    found = chances(of, 1, np.array([1, 5, 1, 1]))
    assert found == {1: 0.6 * 3 / 4, 3: 0.4 / 2 / rest, 5: 0.6 / 4, 7: 0.4 / 4 / rest}


LIVES = {"items": 400, "topics": 4, "item_life_days": 2.0, "days": 9}


def test_items_are_there_for_their_life_and_appear_evenly():
    of, catalogue = choice(**LIVES), Catalogue(GeneratorConfig(**{"categories": 1, **LIVES}))
    born = births(catalogue, np.arange(400))
    assert born.min() >= -2 and born.max() < 10
    for topic in range(4):
        mine = np.arange(topic, 400, 4)
        for day in (0.0, 3.3, 9.9):
            expected = [item for item in mine if born[item] <= day < born[item] + 2]
            assert sorted(of.there(topic, day)) == expected
            # A hundred items of a topic over twelve days.
            assert len(expected) == pytest.approx(100 * 2 / 12, abs=3)
            assert (of.chances(topic, day, NOBODY)[0] == of.there(topic, day)).all()
        # No two topics have their first items at once.
        assert len(set(born[:4].round(3))) == 4
        # The popular ones appear at any time, too.
        assert np.histogram(born[mine[:10]], 3, (-2, 10))[0].min() >= 2


def test_who_does_not_know_lives_takes_all_items_to_be_there():
    assert choice(knows_lives=False, **LIVES).there(1, 3.3).tolist() == list(range(1, 400, 4))


def test_the_shares_of_candidates_are_the_chances_within_their_topics():
    of = choice(repeats=0.6)
    found = of.shares(np.array([7, 0, 1]), 0.0, np.array([1]))
    assert found == pytest.approx([0.4 * (1 / 4) / (MASS - 1), 1 / MASS, 0.6])
    gone = choice(**LIVES)
    there = gone.there(1, 3.3)
    others = np.setdiff1d(np.arange(1, 400, 4), there)
    assert (gone.shares(others, 3.3, NOBODY) == 0).all()
    assert gone.shares(there[::-1], 3.3, NOBODY).sum() == pytest.approx(1)


def test_draws_are_as_likely_as_their_chances():
    of = choice(repeats=0.6)
    users, streams = 4_000, [np.random.default_rng(seed) for seed in range(4_000)]
    user = np.repeat(np.arange(users), 2)
    items = of.draw(user, np.ones(len(user), np.int64), np.zeros(len(user)), streams).reshape(users, 2)
    first = [(items[:, 0] == item).mean() for item in (1, 3, 5, 7)]
    assert first == pytest.approx([1 / MASS, 1 / 2 / MASS, 1 / 3 / MASS, 1 / 4 / MASS], abs=0.03)
    assert (items[:, 0] == items[:, 1]).mean() == pytest.approx(0.6, abs=0.03)
    assert set(items.ravel()) == {1, 3, 5, 7}


def test_what_is_shown_is_there():
    of = choice(**LIVES)
    uniform = np.linspace(0, 0.999, 500)
    shown = of.shown(np.full(500, 2), np.full(500, 5.0), uniform)
    assert set(shown) <= set(of.there(2, 5.0)) and len(set(shown)) > 5


@pytest.mark.parametrize(("settings", "own"), [({}, False), ({"repeats": 0.1}, True), ({"item_life_days": 90.0}, True)])
def test_only_laws_of_their_own_choose_here(settings, own):
    assert has_own_choice(GeneratorConfig(**settings)) is own
