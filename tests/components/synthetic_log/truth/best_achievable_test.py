"""The best achievable metrics, against what can be worked out by hand."""

import dataclasses
import itertools

import numpy as np
import pytest

from components.synthetic_log.behaviour import draw_behaviour
from components.synthetic_log.generator_config import STRENGTHS, GeneratorConfig
from components.synthetic_log.made_catalogue import Catalogue
from components.synthetic_log.truth.best_achievable import rank_counts
from components.synthetic_log.truth.rankers import RANKERS
from tests.support.two_click_world import two_clicks

USERS = 1_500
TOY = two_clicks(USERS, truth_users=USERS)


def counts_of(config, negatives):
    catalogue = Catalogue(config)
    return rank_counts(config, catalogue, draw_behaviour(config, catalogue, range(config.users)), negatives)


def test_a_process_worked_out_by_hand():
    counts = counts_of(TOY, negatives=1)
    # Against one item that the user never has: who knows the process is right where the click repeats the first, and
    # has to guess where it does not, since the negative is as likely then. All others have to guess always.
    expected = {"process": 0.7 + 0.3 / 2, "own_surface": 0.85, "interests": 0.5, "popularity": 0.5}
    for ranker, hit_rate in expected.items():
        found = counts["recommendation", ranker]
        assert found.sum() == USERS
        assert found[0] / USERS == pytest.approx(hit_rate, abs=4 * (hit_rate * (1 - hit_rate) / USERS) ** 0.5)
    # Equal scores make each rank as likely. Where the click repeats the first, two negatives are two of three others;
    # else, the only two left.
    counts = counts_of(TOY, negatives=2)
    assert counts["recommendation", "popularity"] / USERS == pytest.approx(np.full(3, 1 / 3), abs=0.05)
    assert counts["recommendation", "process"] / USERS == pytest.approx([0.7 + 0.1, 0.1, 0.1], abs=0.05)


def test_only_some_users_are_sampled_and_none_with_too_few_items_to_tell_from():
    found = counts_of(dataclasses.replace(TOY, truth_users=50), negatives=1)
    assert found["recommendation", "process"].sum() == 50
    assert counts_of(dataclasses.replace(TOY, truth_users=0), negatives=1) == {}
    # Three negatives are left only for those who had one item.
    assert counts_of(TOY, negatives=3)["recommendation", "process"].sum() == pytest.approx(0.7 * USERS, rel=0.05)
    assert counts_of(TOY, negatives=4) == {}


BUSY = GeneratorConfig(events=20_000, items=1_000, topics=20, truth_users=400)


@pytest.mark.parametrize(
    ("strength", "surface", "gains"),
    [
        # By how much the hit rate grows at least with: the interests, the own surface, the other one, their order.
        *[("none", surface, (0.1, 0, 0, 0)) for surface in ("recommendation", "search")],
        *[("high", surface, (0.1, 0.01, 0.02, 0)) for surface in ("recommendation", "search")],
        # The order tells more only where the newest action alone leads.
        ("newest", "recommendation", (0.1, 0.01, 0.02, 0.02)),
    ],
)
def test_who_knows_more_ranks_better_as_far_as_there_is_more_to_know(strength, surface, gains):
    counts = counts_of(dataclasses.replace(BUSY, transitions=STRENGTHS[strength]), negatives=49)
    hits = [counts[surface, ranker][0] / counts[surface, ranker].sum() for ranker in reversed(RANKERS)]
    for (less, more), gain in zip(itertools.pairwise(hits), gains, strict=True):
        assert more > less + gain if gain else more == less, hits
