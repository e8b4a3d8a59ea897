"""Rankers that know the process: they score a candidate by the true probability that it is the next item.

Let p be the probability of a topic, given the current interests, the last feed click and the last search. Then item i
of topic z has the probability p(z) · popularity(i) / (popularity of all items of z that the user has not had yet).
"""

import dataclasses
from typing import Final

import numpy as np

from components.synthetic_log.generator_config import GeneratorConfig, Transitions
from components.synthetic_log.item_choice import has_own_choice, item_choice
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.moments import Moment

PROCESS: Final = "process"
UNORDERED: Final = "unordered"
OWN_SURFACE: Final = "own_surface"
INTERESTS: Final = "interests"
POPULARITY: Final = "popularity"
TIMELESS: Final = "timeless"
"""It knows everything except which items are there. Only where items come and go."""
RANKERS: Final = (PROCESS, UNORDERED, OWN_SURFACE, INTERESTS, POPULARITY)
"""In this order, they know: everything; everything except whether the last feed click or the last search came later;
everything except r2s and s2r; only the user's interests; only the popularity of items."""


def rankers(config: GeneratorConfig) -> tuple[str, ...]:
    """The rankers that know different things of such a platform."""
    return (RANKERS[0], TIMELESS, *RANKERS[1:]) if config.item_life_days else RANKERS


def scores(
    config: GeneratorConfig, catalogue: Catalogue, moment: Moment, candidates: np.ndarray
) -> dict[str, np.ndarray]:
    """Scores candidates with each of `rankers(config)`. A ranker cannot tell candidates with equal scores apart.

    Args:
        config: The platform.
        catalogue: Its items.
        moment: What is known right before the engagement to predict.
        candidates: The items to score. [candidates]

    Returns:
        Ranker to scores. [candidates]
    """
    topics, popularity = catalogue.topic(candidates), catalogue.popularity(candidates)
    if has_own_choice(config):
        share = item_choice(catalogue).shares(candidates, moment.day, moment.engaged)
    else:
        share = popularity / unseen_mass(catalogue, moment.engaged)[topics]
    planted = config.transitions
    own = dataclasses.replace(planted, r2s=0.0, s2r=0.0)
    none = Transitions(r2r=0.0, s2s=0.0, r2s=0.0, s2r=0.0)
    known = {PROCESS: planted, UNORDERED: _unordered(config), OWN_SURFACE: own, INTERESTS: none}
    result = {
        ranker: topic_shares(config, catalogue, moment, strengths)[topics] * share
        for ranker, strengths in known.items()
    }
    if config.item_life_days:
        timeless = item_choice(catalogue, knows_lives=False).shares(candidates, moment.day, moment.engaged)
        result[TIMELESS] = topic_shares(config, catalogue, moment, planted)[topics] * timeless
    result[POPULARITY] = catalogue.topic_shares[topics] * popularity
    return {ranker: result[ranker] for ranker in rankers(config)}


def topic_shares(config: GeneratorConfig, catalogue: Catalogue, moment: Moment, strengths: Transitions) -> np.ndarray:
    """The probability of each topic if the transitions had these strengths. [topics]"""
    if moment.topic >= 0:
        return np.eye(1, catalogue.topics, moment.topic)[0]
    of_interests = np.bincount(moment.interests, catalogue.interest_weights, catalogue.topics)
    fresh = config.exploration * catalogue.topic_shares + (1 - config.exploration) * of_interests
    from_feed = strengths.r2s if moment.is_search else strengths.r2r
    from_search = strengths.s2s if moment.is_search else strengths.s2r
    copied = [(from_feed, moment.last_feed), (from_search, moment.last_search)]
    if strengths.newest_only:
        copied = copied[1:] if moment.after_search else copied[:1]
    copied = [(strength, topic) for strength, topic in copied if topic >= 0]
    shares = (1 - sum(strength for strength, _ in copied)) * fresh
    for strength, topic in copied:
        shares[topic] += strength
    if moment.category >= 0:
        shares = np.where(catalogue.category(np.arange(catalogue.topics)) == moment.category, shares, 0.0)
    total = shares.sum()
    return shares / total if total else shares


def _unordered(config: GeneratorConfig) -> Transitions:
    """The transitions for a ranker that does not know which surface came last: it averages over both."""
    planted, searches = config.transitions, config.search_share
    if not planted.newest_only:
        return planted
    return Transitions(
        r2r=(1 - searches) * planted.r2r,
        s2r=searches * planted.s2r,
        r2s=(1 - searches) * planted.r2s,
        s2s=searches * planted.s2s,
    )


def unseen_mass(catalogue: Catalogue, engaged: np.ndarray) -> np.ndarray:
    """The total popularity of the items that a user has not had yet, by topic. [topics]

    A user who has had all items of a topic starts over with it.
    """
    topics = catalogue.topic(engaged)
    order = np.argsort(topics, kind="stable")
    had = np.bincount(topics, minlength=catalogue.topics)
    ended = had // catalogue.topic_sizes * catalogue.topic_sizes
    place = np.arange(len(engaged)) - (np.cumsum(had) - had)[topics[order]]
    current = order[place >= ended[topics[order]]]
    whole = catalogue.item_mass[catalogue.topic_sizes]
    return whole - np.bincount(topics[current], catalogue.popularity(engaged[current]), catalogue.topics)
