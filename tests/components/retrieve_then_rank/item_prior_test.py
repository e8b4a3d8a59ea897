"""`composed_model_test.py` has it in a composed model, `retrieval_signatures_test.py` in one of real exports."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.item_prior import ItemPrior
from schemas.score_map import ScoreMap

PRIOR = ItemPrior(np.array([b"mug", b"lamp", b"rug", b"cup"]), np.array([0.5, 0.25, 0.125, 0.125], np.float32))
TIMES = [("mug", 2.0), ("lamp", 1.0), ("cup", 0.5), ("never seen", 1.0), ("", 1.0)]
"""The average share is a quarter."""


def odds(score):
    return score / (1 - score)


@pytest.mark.parametrize(("item", "times"), TIMES)
def test_the_odds_of_an_item_are_multiplied_by_its_share_of_an_average_one(item, times):
    items = tf.constant([[item, item, item]])
    scores, log_odds = PRIOR.among_all(items, tf.constant([[0.2, 0.5, 0.9]]))
    expected = times * np.array([[0.25, 1.0, 9.0]])
    np.testing.assert_allclose(odds(scores.numpy()), expected, rtol=2e-6)
    np.testing.assert_allclose(np.exp(log_odds.numpy()), expected, rtol=1e-6)
    np.testing.assert_allclose(np.exp(PRIOR.of(items).numpy()), np.full([1, 3], times), rtol=1e-6)


def test_scores_near_0_and_1_keep_their_places_and_what_is_no_longer_told_apart_has_log_odds_still():
    given = np.array([0.0, 1e-30, 0.5, 1 - 2**-23, 1 - 2**-24, 1.0], np.float32)
    for item in ("mug", "cup"):
        scores, log_odds = PRIOR.among_all(tf.constant([[item] * 6]), tf.constant([given]))
        assert np.isfinite(log_odds).all() and (np.diff(log_odds) > 0).all()
        assert (np.diff(scores) >= 0).all() and scores[0, 0] < 1e-37 and scores[0, 5] > 1 - 1e-6
    # Odds of 2^24 and, for a score of 1, the 2^25 that float32 rounds to it; half of each.
    np.testing.assert_allclose(np.exp(log_odds[0, 4:]), [2**23, 2**24], rtol=1e-6)


def test_the_best_stands_first_in_float32_too():
    """TensorFlow's sigmoid of float32 is not monotone in its last bit."""
    for lowest in (0.1, 0.3, 0.6, 0.9):
        bits = np.float32(lowest).view(np.int32) + np.arange(20_000, dtype=np.int32)
        rising = bits.view(np.float32)[np.newaxis]
        scores, _ = PRIOR.among_all(tf.fill([1, 20_000], "mug"), tf.constant(rising))
        assert (np.diff(scores) >= 0).all()


def test_calibrated_log_odds_get_the_line_through_the_prior_and_stay_in_order():
    """The ranker's odds were 1 / 4, 1 / 2 and 1; their square roots, halved, are its calibrated ones."""
    learned = np.array([1 / 4, 1 / 2, 1])
    items, line = tf.constant([["mug", "lamp", "cup"]]), ScoreMap(0.5, np.log(0.5), 20.0, np.log(3))
    calibrated = np.sqrt(learned) / 2
    scores, keys = PRIOR.among_all(items, tf.constant([calibrated / (1 + calibrated)], tf.float32), line)
    times = np.array([2.0, 1.0, 0.5])
    expected = np.sqrt(learned * times) / 2 * 3
    np.testing.assert_allclose(odds(scores.numpy()[0].astype(float)), expected, rtol=2e-6)
    plain, _ = PRIOR.among_all(items, tf.constant([learned / (1 + learned)], tf.float32))
    np.testing.assert_allclose(odds(plain.numpy()[0].astype(float)), learned * times, rtol=2e-6)
    np.testing.assert_allclose(np.exp(keys.numpy()[0]), expected, rtol=2e-6)


def test_it_is_made_of_what_a_retriever_holds(caplog):
    order = SimpleNamespace(rows=tf.Variable([2, 1]), shares=tf.Variable([0.75, 0.25]))
    retriever = SimpleNamespace(item_ids=tf.Variable([b"", b"lamp", b"mug", b""]), popularity=order)
    found, _ = ItemPrior.of_retriever(retriever).among_all(tf.constant([["lamp", "mug"]]), tf.constant([[0.5, 0.5]]))
    np.testing.assert_allclose(odds(found.numpy()[0]), [0.5, 1.5], rtol=1e-5)
    assert not caplog.records
    for lacking in ("item_ids", "popularity"):
        assert ItemPrior.of_retriever(SimpleNamespace(**{**vars(retriever), lacking: None})) is None
    assert ItemPrior.of_retriever(SimpleNamespace()) is None
    assert "does not hold how popular items are" in caplog.text


def test_the_signature_tells_it_of_any_item():
    told = PRIOR.signature()(item_id=tf.constant([item for item, _ in TIMES]))
    np.testing.assert_allclose(np.exp(told["prior"]), [times for _, times in TIMES], rtol=1e-6)
