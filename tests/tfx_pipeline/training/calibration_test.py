"""A made platform whose users choose by known odds, and a model whose scores are off."""

import logging
import math

import numpy as np
import pytest
import tensorflow as tf

from components.baselines.score_sums import ScoreSums
from schemas import features
from schemas.score_map import ScoreMap
from tfx_pipeline.config.calibration_config import CalibrationConfig
from tfx_pipeline.config.loading import as_dict, from_dict
from tfx_pipeline.training.calibration import Calibration, score_maps

ITEMS = 500
APPEAL = np.random.default_rng(2).normal(0.0, 0.7, ITEMS + 2)
"""How much users like each item, as log-odds; the first and the last row are no items."""
EVENLY = np.zeros(ITEMS + 2, np.int64)
BOTH = ("recommendation", "search")


class Model:
    """Knows what users like, but has all log-odds too far apart, and 4 too high."""

    def item_embeddings(self):
        return tf.constant(2 * APPEAL + 4, tf.float32)

    def score(self, inputs, item_table):
        return tf.gather(item_table, inputs[features.CANDIDATE_ITEMS])


def drawn(rows, candidates, seed, shares=None):
    """Candidates that are drawn by these shares, of which each row's user chooses one: items and labels."""
    rng = np.random.default_rng(seed)
    items = np.stack([rng.choice(ITEMS, candidates, replace=False, p=shares) + 1 for _ in range(rows)])
    chosen = np.argmax(APPEAL[items] + rng.gumbel(size=items.shape), axis=1)
    return items.astype(np.int32), (np.arange(candidates) == chosen[:, np.newaxis]).astype(np.float32)


def batches(**rows):
    """A joint batch of the rows of each surface, and one without any."""
    parts = {name: rows.get(name, (np.zeros((0, 2), np.int32), np.zeros((0, 2), np.float32))) for name in BOTH}
    inputs = {name: {features.CANDIDATE_ITEMS: tf.constant(items)} for name, (items, _) in parts.items()}
    labels = {name: tf.constant(each) for name, (_, each) in parts.items()}
    empty = tf.nest.map_structure(lambda each: each[:0], (inputs, labels))
    return [(inputs, labels), empty]


def fitted(config, examples=1, engagements=EVENLY, adds_item_prior=False, surfaces=BOTH, **rows):
    return score_maps(Model(), batches(**rows), examples, Calibration(config, adds_item_prior), engagements, surfaces)


def log_odds_of(items):
    return 2 * APPEAL[items] + 4


def figures(items, labels, slope=1.0, intercept=0.0, candidates=None):
    scores = 1 / (1 + np.exp(-(slope * log_odds_of(items) + intercept)))
    return ScoreSums.of_batch(scores, labels > 0, np.ones(items.shape, bool), candidates).figures()


@pytest.mark.parametrize("in_life", [10, 40])
def test_scores_that_are_off_are_the_share_of_clicks_among_as_many_as_are_shown(in_life):
    """Validation draws nine negatives; users choose of 10 or of 40."""
    clicks, shown = 3_000, 1_500
    line = fitted(CalibrationConfig("platt", float(in_life)), search=drawn(clicks, 10, seed=3))["search"]
    new = drawn(shown, in_life, seed=4)
    before, after = figures(*new), figures(*new, line.slope, line.intercept)
    # Both counts are of clicks, whose share has a deviation of 1 / sqrt(clicks) of itself.
    bound = 3 * (1 / math.sqrt(clicks) + 1 / math.sqrt(shown))
    assert before["observed_to_predicted"] < 0.3 and abs(after["observed_to_predicted"] - 1) < bound < 0.15
    assert after["calibration_error"] < bound / in_life < before["calibration_error"]
    assert after["log_loss"] < before["log_loss"] and line.candidates == in_life
    assert line.slope == pytest.approx(0.5, abs=0.05)
    # Those of validation itself, as an evaluation counts them, have the base rate exactly but for Platt's targets.
    own = figures(*drawn(clicks, 10, seed=3), line.slope, line.intercept, float(in_life))
    assert own["observed_to_predicted"] == pytest.approx(1, abs=2e-3)


def test_surfaces_have_lines_of_their_own_and_candidates_that_are_given_count_as_they_are():
    feed, search = drawn(2_000, 5, seed=5), drawn(2_000, 10, seed=6)
    found = fitted(CalibrationConfig("platt", 5.0, "all_items"), recommendation=feed, search=search)
    assert found["recommendation"].candidates == 5 and found["search"].candidates == ITEMS
    given = fitted(CalibrationConfig("platt"), recommendation=feed)["recommendation"]
    assert given.candidates is None
    np.testing.assert_allclose(given.intercept, found["recommendation"].intercept, rtol=1e-6)


def test_padding_and_rows_with_nothing_to_choose_from_do_not_count():
    items, labels = drawn(1_000, 6, seed=7)
    odd = np.zeros((3, 8), np.int32), np.zeros((3, 8), np.float32)
    odd[0][:, :2] = [[5, 6], [7, 0], [8, 9]]
    odd[1][1, 0] = 1  # A click without a negative; the others have no click.
    padded = [
        np.concatenate([np.pad(each, [(0, 0), (0, 2)]), more]) for each, more in zip((items, labels), odd, strict=True)
    ]
    config = CalibrationConfig("platt", 20.0)
    assert fitted(config, search=tuple(padded)) == fitted(config, search=(items, labels))


def test_of_very_many_examples_some_are_scored():
    rows = drawn(900, 6, seed=8)
    config, once = CalibrationConfig("platt", 20.0), {"surfaces": ("search",)}
    third = tuple(each[::3] for each in rows)
    assert fitted(config, examples=60_000, search=rows, **once) == fitted(config, search=third, **once)


def test_lists_that_add_popularity_have_the_base_rate_among_items_that_are_drawn_evenly():
    """Negatives are drawn by popularity q, so the model learned ln p / q. Lists add ln q n again."""
    engagements = np.concatenate([[0], np.random.default_rng(9).integers(1, 60, ITEMS), [0]])
    shares = (engagements[1:-1] + 1) / (engagements[1:-1] + 1).sum()
    priors = np.concatenate([[0], np.log(shares * ITEMS), [0]])
    rng = np.random.default_rng(10)

    def rows(count, negatives_by):
        """Users want items by popularity times appeal; nine negatives are drawn by the given shares."""
        wanted = rng.choice(ITEMS, count, p=(weights := shares * np.exp(APPEAL[1:-1])) / weights.sum())
        others = rng.choice(ITEMS, (count, 9), p=negatives_by)
        items = np.concatenate([wanted[:, np.newaxis], others], axis=1).astype(np.int32) + 1
        return items, np.broadcast_to((np.arange(10) == 0).astype(np.float32), items.shape)

    config = CalibrationConfig("platt", 25.0)
    learned = rows(3_000, shares)
    line = fitted(config, engagements=engagements, adds_item_prior=True, search=learned)["search"]
    # There, as many clicks are expected as there are, if popular negatives count less: 24 for a click, as ever.
    items, is_click = learned[0], learned[1] > 0
    counts = np.where(is_click, 1.0, np.exp(-priors[items]))
    counts[~is_click] *= 24 * 3_000 / counts[~is_click].sum()
    expected = 1 / (1 + np.exp(-(line.slope * (log_odds_of(items) + priors[items]) + line.intercept + line.list_shift)))
    told = np.where(is_click, 3_001 / 3_002, 1 / (24 * 3_000 + 2))  # Platt's targets.
    assert (counts * expected).sum() == pytest.approx((counts * told).sum(), rel=1e-5)
    items, labels = rows(3_000, np.full(ITEMS, 1 / ITEMS))
    log_odds = line.slope * (log_odds_of(items) + priors[items]) + line.intercept + line.list_shift
    # The slope is that for popular negatives, 1 / 2, so popularity counts half here, and the level is right.
    scores = 1 / (1 + np.exp(-log_odds))
    found = ScoreSums.of_batch(scores, labels > 0, np.ones(items.shape, bool), 25.0).figures()
    assert found["observed_to_predicted"] == pytest.approx(1, abs=6 / math.sqrt(3_000))
    plain = fitted(config, engagements=engagements, search=rows(300, shares))["search"]
    assert plain.list_shift == 0


def test_a_surface_without_clicks_is_told_and_has_no_line(caplog):
    with caplog.at_level(logging.INFO):
        found = fitted(CalibrationConfig("platt", 20.0), search=drawn(400, 6, seed=11))
    assert set(found) == {"search"}
    assert "Scores in recommendation are not calibrated: its validation split has no click" in caplog.text
    assert "Calibrated in search on 400 clicks, one in 20 candidates: log-odds are 0." in caplog.text


def test_what_is_no_better_than_chance_is_told(caplog):
    items, labels = drawn(400, 6, seed=12)
    worst = np.argmin(APPEAL[items], axis=1)
    labels = (np.arange(6) == worst[:, np.newaxis]).astype(np.float32)
    line = fitted(CalibrationConfig("platt", 20.0), search=(items, labels))["search"]
    assert 0 < line.slope < 0.02 and "no better than chance" in caplog.text


def test_a_trainers_settings_keep_it():
    calibration = Calibration(CalibrationConfig("platt", 20.0, "all_items"), True)
    assert from_dict(Calibration, as_dict(calibration)) == calibration
    assert ScoreMap() == ScoreMap(1.0, 0.0, None, 0.0)
