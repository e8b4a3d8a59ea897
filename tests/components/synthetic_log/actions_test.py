"""What is planted is in the actions, and nothing else is."""

import dataclasses

import numpy as np
import pytest

from components.synthetic_log.actions import MOST_CLICKS, budgets, draw_actions
from components.synthetic_log.generator_config import GeneratorConfig, Transitions
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.random_streams import Purpose, stream

CONFIG = GeneratorConfig(events=20_000, events_per_user=100, topics=20, categories=4, interests=3, drift=0.3)
NONE = {"r2r": 0.0, "s2r": 0.0, "r2s": 0.0, "s2s": 0.0}
SOURCE_AND_TARGET = {
    **{"r2r": ("feed", "feed"), "s2r": ("search", "feed")},
    **{"r2s": ("feed", "search"), "s2s": ("search", "search")},
}
RIVALS = {"r2r": "s2r", "s2r": "r2r", "r2s": "s2s", "s2s": "r2s"}
"""The transition to the same surface from the other one."""


def drawn(config):
    users = np.arange(config.users)
    return draw_actions(config, Catalogue(config), users, [stream(config.seed, Purpose.USER, user) for user in users])


def with_transitions(**strengths):
    return drawn(dataclasses.replace(CONFIG, transitions=Transitions(**{**NONE, **strengths})))


@pytest.fixture(scope="module")
def actions():
    return drawn(CONFIG)


def check_copies(actions, name, copied, fresh, after_search=None):
    """A transition's target has its source's topic with the probability `copied`, else by the interests alone.

    Nothing leads with the probability `fresh`. Checked where the last feed click and the last search are of different
    topics, so that one is not taken for the other, and, with `after_search`, only after a search or only after a click.
    """
    source, target = SOURCE_AND_TARGET[name]
    topic = actions.last_feed if source == "feed" else actions.last_search
    chosen = (actions.last_feed >= 0) & (actions.last_search >= 0) & (actions.last_feed != actions.last_search)
    chosen &= actions.is_search == (target == "search")
    if after_search is not None:
        chosen &= actions.after_search == after_search
    catalogue = Catalogue(CONFIG)
    liked = (actions.interests == topic[:, np.newaxis]) @ catalogue.interest_weights
    unled = CONFIG.exploration * catalogue.topic_shares[topic] + (1 - CONFIG.exploration) * liked
    expected = (copied + fresh * unled)[chosen]
    deviation = np.sqrt((expected * (1 - expected)).sum())
    assert len(expected) > 500
    assert abs((actions.topic == topic)[chosen].sum() - expected.sum()) < 4 * deviation, (name, after_search)


@pytest.mark.parametrize(
    "strengths",
    [{}, *({name: 0.6} for name in SOURCE_AND_TARGET), {"r2r": 0.1, "s2r": 0.5, "r2s": 0.4, "s2s": 0.3}],
    ids=lambda strengths: " ".join(strengths) or "none",
)
def test_each_transition_is_as_frequent_as_it_is_planted(strengths):
    actions = with_transitions(**strengths)
    planted = {**NONE, **strengths}
    for name in SOURCE_AND_TARGET:
        check_copies(actions, name, planted[name], 1 - planted[name] - planted[RIVALS[name]])


def test_where_only_the_newest_action_leads_the_other_surface_leads_nothing():
    strengths = {"r2r": 0.5, "s2r": 0.7, "r2s": 0.6, "s2s": 0.4}
    actions = with_transitions(**strengths, newest_only=True)
    for name, (source, _) in SOURCE_AND_TARGET.items():
        is_search = source == "search"
        check_copies(actions, name, strengths[name], 1 - strengths[name], after_search=is_search)
        check_copies(actions, name, 0.0, 1 - strengths[RIVALS[name]], after_search=not is_search)


def test_the_last_topics_are_those_before(actions):
    for begin, end in zip(actions.first[:20], actions.first[1:21], strict=True):
        last = {False: -1, True: -1}
        for place in range(begin, end):
            assert (actions.last_feed[place], actions.last_search[place]) == (last[False], last[True])
            assert actions.after_search[place] == (place > begin and actions.is_search[place - 1])
            last[bool(actions.is_search[place])] = actions.topic[place]


def test_time_goes_on_within_the_days_and_stands_still_only_within_the_feed(actions):
    same_user = actions.user[1:] == actions.user[:-1]
    step = np.diff(actions.timestamp_ms)[same_user]
    feed_to_feed = (~actions.is_search[1:] & ~actions.is_search[:-1])[same_user]
    assert step.min() == 0
    assert step[~feed_to_feed].min() > 0
    assert actions.timestamp_ms.min() >= 1_682_899_200_000
    assert actions.timestamp_ms.max() <= 1_682_899_200_000 + (CONFIG.days + 1) * 86_400_000
    # Even the busiest stay within the days.
    actions = drawn(dataclasses.replace(CONFIG, events=8_000, events_per_user=2_000, days=2))
    assert actions.timestamp_ms.max() <= 1_682_899_200_000 + 3 * 86_400_000
    assert np.diff(actions.timestamp_ms)[actions.user[1:] == actions.user[:-1]].min() == 0


def test_searches_clicks_and_what_is_shown(actions):
    assert actions.is_search.mean() == pytest.approx(CONFIG.search_share, abs=0.02)
    assert with_transitions(r2s=0.9).is_search.tolist() == with_transitions().is_search.tolist()
    assert (actions.clicks[~actions.is_search] == 1).all()
    clicks = actions.clicks[actions.is_search]
    assert (clicks == 0).mean() == pytest.approx(CONFIG.searches_without_click, abs=0.03)
    assert clicks[clicks > 0].mean() == pytest.approx(CONFIG.clicks_per_search, abs=0.06)
    assert clicks.max() <= MOST_CLICKS
    assert actions.shown[~actions.is_search].mean() == pytest.approx(CONFIG.shown_per_action, abs=0.08)
    assert (actions.shown[actions.clicks == 0] >= 1).all()


def test_queries_tell_the_topic_or_only_its_category(actions):
    terms = actions.terms
    assert (terms[~actions.is_search] == -1).all()
    assert (terms[actions.is_search, 0] >= 0).all()
    of_topics = CONFIG.topics * CONFIG.words_per_topic
    for first, topic, vague in zip(terms[:, 0], actions.topic, actions.vague, strict=True):
        if first >= 0:
            owner = (first - of_topics if vague else first) // CONFIG.words_per_topic
            assert owner == (topic % CONFIG.categories if vague else topic)
    assert actions.vague[actions.is_search].mean() == pytest.approx(CONFIG.vague_queries, abs=0.03)


@pytest.mark.parametrize("drift", [0.0, 1.0])
def test_one_interest_at_most_drifts_from_visit_to_visit(drift):
    actions = drawn(dataclasses.replace(CONFIG, events=2_000, drift=drift, actions_per_visit=1.0))
    same_user = actions.user[1:] == actions.user[:-1]
    changed = (actions.interests[1:] != actions.interests[:-1]).sum(axis=1)[same_user]
    assert changed.max() == drift
    # What is new may be what was there before.
    assert changed.mean() == pytest.approx(drift, abs=0.15)


def test_users_have_about_as_many_events_as_asked_for():
    users = np.arange(1_000)
    lengths = budgets(CONFIG, users)
    assert lengths.mean() == pytest.approx(100, rel=0.03)
    assert lengths.min() == 25  # All but the spread, 0.75 of the mean.
    assert lengths.max() <= 25 + 4 * 75
    assert set(budgets(dataclasses.replace(CONFIG, length_spread=0.0), users)) == {100}
