import dataclasses

import numpy as np
import pytest

from components.synthetic_log.behaviour import draw_behaviour
from components.synthetic_log.generator_config import GeneratorConfig, Transitions
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.moments import Moment, engaged_rows, last_engagements
from components.synthetic_log.truth.rankers import RANKERS, scores, topic_shares, unseen_mass

CONFIG = GeneratorConfig(
    events=8_000,
    events_per_user=20,
    items=40,
    topics=4,
    categories=2,
    interests=2,
    topic_skew=0,
    item_skew=1,
    exploration=0.2,
    vague_queries=0.7,
    transitions=Transitions(r2r=0.1, s2r=0.5, r2s=0.4, s2s=0.2),
)
CATALOGUE = Catalogue(CONFIG)
NOTHING = np.empty(0, np.int64)


def moment(**changes):
    known = {"is_search": False, "interests": np.array([0, 1]), "last_feed": -1, "last_search": -1, "topic": -1}
    return Moment(**{**known, "after_search": False, "category": -1, "engaged": NOTHING, **changes})


# Interests weigh 2/3 and 1/3; a fifth goes to four topics alike.
FRESH = np.array([0.05 + 0.8 * 2 / 3, 0.05 + 0.8 / 3, 0.05, 0.05])
BOTH = {"last_feed": 2, "last_search": 3}
NEWEST_ONLY = Transitions(r2r=0.1, s2r=0.8, r2s=0.4, s2s=0.2, newest_only=True)


@pytest.mark.parametrize(
    ("planted", "known", "expected"),
    [
        (CONFIG.transitions, moment(), FRESH),
        (CONFIG.transitions, moment(last_feed=2), 0.9 * FRESH + [0, 0, 0.1, 0]),
        (CONFIG.transitions, moment(**BOTH), 0.4 * FRESH + [0, 0, 0.1, 0.5]),
        (CONFIG.transitions, moment(last_feed=2, last_search=2), 0.4 * FRESH + [0, 0, 0.6, 0]),
        (CONFIG.transitions, moment(**BOTH, is_search=True), 0.4 * FRESH + [0, 0, 0.4, 0.2]),
        # A vague query leaves the topics of its category: 1 and 3.
        (CONFIG.transitions, moment(is_search=True, category=1), FRESH * [0, 1, 0, 1] / (FRESH[1] + FRESH[3])),
        (CONFIG.transitions, moment(is_search=True, last_feed=1, topic=3), [0, 0, 0, 1]),
        (NEWEST_ONLY, moment(**BOTH), 0.9 * FRESH + [0, 0, 0.1, 0]),
        (NEWEST_ONLY, moment(**BOTH, after_search=True), 0.2 * FRESH + [0, 0, 0, 0.8]),
        (NEWEST_ONLY, moment(**BOTH, is_search=True), 0.6 * FRESH + [0, 0, 0.4, 0]),
        (NEWEST_ONLY, moment(**BOTH, is_search=True, after_search=True), 0.8 * FRESH + [0, 0, 0, 0.2]),
        (NEWEST_ONLY, moment(), FRESH),
    ],
)
def test_topics_have_the_probabilities_of_the_process(planted, known, expected):
    assert topic_shares(CONFIG, CATALOGUE, known, planted) == pytest.approx(np.asarray(expected))


def test_who_does_not_know_the_order_holds_each_surface_for_the_newest_as_often_as_it_is():
    planted = Transitions(r2r=0.5, s2r=0.8, r2s=0.4, s2s=0.2, newest_only=True)
    config = dataclasses.replace(CONFIG, transitions=planted, search_share=0.25)
    items = np.array([2, 3])  # The most popular ones of topics 2 and 3, all of which are left.
    share = 1 / sum(1 / rank for rank in range(1, 11))
    for after_search in (False, True):
        known = moment(last_feed=2, last_search=3, after_search=after_search)
        found = scores(config, CATALOGUE, known, items)["unordered"]
        fresh = 1 - 0.75 * 0.5 - 0.25 * 0.8
        assert found == pytest.approx((fresh * FRESH[[2, 3]] + [0.75 * 0.5, 0.25 * 0.8]) * share)


def test_what_cannot_be_leaves_nothing():
    config = GeneratorConfig(items=4, topics=4, categories=2, interests=1, exploration=0.0)
    known = moment(is_search=True, interests=np.array([0]), category=1)
    assert topic_shares(config, Catalogue(config), known, config.transitions).tolist() == [0, 0, 0, 0]


TEN = sum(1 / rank for rank in range(1, 11))
"""How popular all ten items of a topic are together."""
ALL_OF_THE_FIRST = list(range(0, 40, 4))


@pytest.mark.parametrize(
    ("engaged", "mass"),
    [
        # Items 0 and 8 are the first and third of topic 0, item 5 the second of topic 1.
        ([8, 5, 0], [TEN - 1 - 1 / 3, TEN - 1 / 2, TEN, TEN]),
        # Who had all of a topic starts over.
        (ALL_OF_THE_FIRST, [TEN] * 4),
        ([*ALL_OF_THE_FIRST, 4], [TEN - 1 / 2, TEN, TEN, TEN]),
    ],
)
def test_what_was_had_is_not_had_again(engaged, mass):
    assert unseen_mass(CATALOGUE, np.array(engaged)) == pytest.approx(mass)


def test_each_ranker_knows_less():
    known = moment(last_feed=2, last_search=3, engaged=np.array([3]))
    share = np.array([1 / 2 / (TEN - 1), 1 / TEN])
    for is_search, process, own_surface in (
        (False, 0.4 * FRESH[[3, 2]] + [0.5, 0.1], 0.9 * FRESH[[3, 2]] + [0, 0.1]),
        (True, 0.4 * FRESH[[3, 2]] + [0.2, 0.4], 0.8 * FRESH[[3, 2]] + [0.2, 0]),
    ):
        # The second item of topic 3, the first of topic 2.
        found = scores(CONFIG, CATALOGUE, dataclasses.replace(known, is_search=is_search), np.array([7, 2]))
        assert list(found) == list(RANKERS)
        assert found["process"] == pytest.approx(process * share)
        assert found["unordered"].tolist() == found["process"].tolist()
        assert found["own_surface"] == pytest.approx(own_surface * share)
        assert found["interests"] == pytest.approx(FRESH[[3, 2]] * share)
        assert found["popularity"] == pytest.approx([0.25 / 2, 0.25])


def test_scores_are_the_probabilities_of_what_comes():
    """Against the process itself: the likeliest item comes as often as its score says, and each rank of items does."""
    behaviour = draw_behaviour(CONFIG, CATALOGUE, range(CONFIG.users))
    expected, came = [], []
    for place in range(CONFIG.users):
        for last in last_engagements(CATALOGUE, behaviour, engaged_rows(behaviour, place)):
            able = np.setdiff1d(np.arange(40), last.moment.engaged)
            values = scores(CONFIG, CATALOGUE, last.moment, able)["process"]
            if np.isin(last.item, last.moment.engaged):  # Started over.
                continue
            order = np.argsort(-values)
            expected.append(values[order][:6])
            came.append((able[order] == last.item)[:6])
    expected, came = np.array(expected), np.array(came)
    assert len(expected) > 600
    deviation = np.sqrt((expected * (1 - expected)).sum(axis=0))
    assert (np.abs(came.sum(axis=0) - expected.sum(axis=0)) < 4 * deviation).all()


LIVING = dataclasses.replace(CONFIG, events=12_000, items=400, item_life_days=20.0, days=59, repeats=0.5)


def test_in_a_world_with_laws_of_its_own_scores_are_the_probabilities_of_what_comes_too():
    """Items come and go, and half of the engagements are repeats, where there is something to repeat."""
    catalogue = Catalogue(LIVING)
    behaviour = draw_behaviour(LIVING, catalogue, range(LIVING.users))
    expected, came, totals = [], [], []
    for place in range(LIVING.users):
        for last in last_engagements(catalogue, behaviour, engaged_rows(behaviour, place)):
            values = scores(LIVING, catalogue, last.moment, np.arange(400))
            order = np.argsort(-values["process"])
            totals.append(values["process"].sum())
            expected.append(values["process"][order][:6])
            came.append((order == last.item)[:6])
            assert values["process"][last.item] > 0 and values["timeless"][last.item] > 0
            # Who does not know which items are there takes a new one to be less likely.
            assert (values["timeless"] > 0).sum() > (values["process"] > 0).sum()
    assert totals == pytest.approx([1.0] * len(totals))
    expected, came = np.array(expected), np.array(came)
    assert len(expected) > 600
    deviation = np.sqrt((expected * (1 - expected)).sum(axis=0))
    assert (np.abs(came.sum(axis=0) - expected.sum(axis=0)) < 4 * deviation).all()
