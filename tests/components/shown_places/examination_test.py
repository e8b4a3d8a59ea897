"""Examination from counts: sums by hand, what cannot be told, and made showings whose examination is known."""

import numpy as np
import pytest

from components.shown_places.count_files import Pattern, SurfaceCounts
from components.shown_places.examination import NOTHING_MOVED, NOTHING_SHOWN, fitted_examination, given_examination
from components.shown_places.showings import Times


def fitted(*patterns, totals=None):
    return fitted_examination(SurfaceCounts(totals or {1: Times(9, 1)}, [Pattern(*each) for each in patterns]))


def test_two_places_are_the_ratio_of_their_rates():
    """30 of 40 engagements at the first of two places; at the second each thing was shown twice as often."""
    found = fitted(((1, 2), (1, 2), (30, 10)))
    # The rates are 30 a showing at the first, 5 at the second.
    assert found.chances == pytest.approx({1: 1.0, 2: 1 / 6})
    # A binomial share of 1/4 of 40: the variance of the log-odds is 1 / (40 * 1/4 * 3/4).
    assert found.errors == pytest.approx({1: 0.0, 2: (1 / 7.5) ** 0.5 / 6})
    assert (found.reference, found.why_not) == (1, "")


def test_places_are_compared_across_things():
    """No thing stood at 1 and 3. The second has half of the first's rate, the third half of the second's."""
    found = fitted(((1, 2), (1, 1), (40, 20)), ((2, 3), (3, 1), (60, 10)))
    assert found.chances == pytest.approx({1: 1.0, 2: 0.5, 3: 0.25})


def test_things_that_contradict_each_other_are_weighed_by_their_engagements():
    """Shown equally often, the second place has 10 of 40 engagements, then 10 of 20: 20 of 60, so half of the first."""
    assert fitted(((1, 2), (1, 1), (30, 10)), ((1, 2), (1, 1), (10, 10))).chances[2] == pytest.approx(0.5)


def test_the_first_place_that_can_be_told_is_what_others_are_compared_with():
    found = fitted(((3, 5), (1, 1), (10, 5)))
    assert (found.chances, found.reference) == (pytest.approx({3: 1.0, 5: 0.5}), 3)


def test_places_that_no_engagement_leads_to_and_from_are_left_out():
    """4 and 5 were compared with each other alone; nobody engaged at 6; at 7 alone with what stood at 1, too."""
    found = fitted(
        ((1, 2, 6), (1, 1, 1), (10, 5, 0)), ((4, 5), (1, 1), (3, 3)), ((1, 7), (1, 1), (0, 4)), ((2, 8), (5, 5), (9, 0))
    )
    assert found.chances == pytest.approx({1: 1.0, 2: 0.5})


def test_nothing_is_told_of_things_that_never_moved_or_of_a_log_without_what_was_only_shown():
    none = fitted(totals={1: Times(9, 2), 2: Times(5, 1)})
    assert (none.chances, none.reference, none.why_not) == ({}, 0, NOTHING_MOVED)
    assert fitted(((1, 2), (1, 1), (0, 5))).why_not == NOTHING_MOVED
    # All would have the same rate, 1, so that all places would look alike.
    clicks = fitted(((1, 2), (2, 1), (2, 1)), totals={1: Times(2, 2), 2: Times(1, 1)})
    assert (clicks.chances, clicks.why_not) == ({}, NOTHING_SHOWN)


def test_a_given_examination():
    assert given_examination((1.0, 0.4)).chances == {1: 1.0, 2: 0.4}


def plain_em(engaged, steps=3_000):
    """EM of the model with an attraction for each thing (Wang et al. 2018); every thing shown once a place.

    Args:
        engaged: int [things, places].
    """
    attraction, examination = np.full(len(engaged), 0.5), np.full(engaged.shape[1], 0.5)
    for _ in range(steps):
        seen = examination * attraction[:, np.newaxis]
        was_seen = np.where(engaged, 1.0, (examination - seen) / (1 - seen))
        was_wanted = np.where(engaged, 1.0, (attraction[:, np.newaxis] - seen) / (1 - seen))
        examination, attraction = was_seen.mean(axis=0), was_wanted.mean(axis=1)
    return examination[1] / examination[0]


def test_things_that_were_shown_twice_do_not_mislead_as_they_do_in_plain_em():
    """Attraction 0.2 and examination 0.5: of 1,000 things, 20 are engaged with at both places, 180 and 80 at one.

    With an attraction for each, the likelihood of the ratio t is t^(20 + 80) (1 - t)^180 where a thing of the 180 is
    taken for one that is always wanted: its top is at 100 / 280.
    """
    each = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [20, 180, 80, 720], axis=0)
    assert plain_em(each) == pytest.approx(100 / 280, abs=0.01)
    assert fitted(((1, 2), (1, 1), tuple(each.sum(axis=0).tolist()))).chances[2] == pytest.approx(0.5)


@pytest.mark.parametrize("showings", [2, 200])
def test_a_known_examination_is_found_though_what_is_wanted_was_shown_high(showings):
    """As well as its standard errors promise, for things that were shown twice as for those shown often."""
    rng, places = np.random.default_rng(3), 8
    truth = 1 / np.arange(1, places + 1)
    things = 40_000 // showings
    attraction = rng.uniform(0.05, 0.9, things)
    # The more a thing is wanted, the higher its places.
    centre = np.clip((1 - attraction) * places, 0, places - 1)
    place = np.clip(np.rint(centre[:, np.newaxis] + rng.normal(0, 2, (things, showings))), 0, places - 1).astype(int)
    engaged = rng.random(place.shape) < truth[place] * attraction[:, np.newaxis]
    patterns = []
    for of_thing, hits in zip(place, engaged, strict=True):
        stood = np.unique(of_thing)
        counts = [[int(of[of_thing == each].sum()) for each in stood] for of in (np.ones_like(hits, int), hits)]
        if len(stood) > 1 and hits.any():
            patterns.append(((stood + 1).tolist(), *counts))
    found = fitted(*patterns)
    assert list(found.chances) == list(range(1, places + 1))
    for each in range(2, places + 1):
        assert found.errors[each] < 0.06
        assert abs(found.chances[each] - truth[each - 1]) < 4 * found.errors[each]
    # The rates themselves are far off: what is wanted was shown where it is seen.
    rate = [engaged[place == each].mean() for each in range(places)]
    assert rate[-1] / rate[0] < truth[-1] / 2
