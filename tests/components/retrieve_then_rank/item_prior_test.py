"""`retrieval_signatures_test.py` has it within a composed model of real ones."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.retrieve_then_rank.item_prior import ItemPrior

PRIOR = ItemPrior(np.array([b"mug", b"lamp", b"rug", b"cup"]), np.array([0.5, 0.25, 0.125, 0.125], np.float32))


def odds(score):
    return score / (1 - score)


@pytest.mark.parametrize(("item", "times"), [("mug", 2.0), ("lamp", 1.0), ("cup", 0.5), ("never seen", 1.0), ("", 1.0)])
def test_the_odds_of_an_item_are_multiplied_by_its_share_of_an_average_one(item, times):
    """The average share is a quarter."""
    scores = tf.constant([[0.2, 0.9]])
    found = PRIOR.among_all(tf.constant([[item, item]]), scores).numpy()[0]
    np.testing.assert_allclose(odds(found), times * odds(np.array([0.2, 0.9])), rtol=1e-5)


def test_scores_of_0_and_1_keep_their_places():
    found = PRIOR.among_all(tf.constant([["mug", "mug", "mug"]]), tf.constant([[0.0, 0.5, 1.0]])).numpy()[0]
    assert np.isfinite(found).all() and found[0] < 1e-20 and found[1] < found[2] <= 1


def test_it_is_made_of_what_a_retriever_holds(caplog):
    order = SimpleNamespace(rows=tf.Variable([2, 1]), shares=tf.Variable([0.75, 0.25]))
    retriever = SimpleNamespace(item_ids=tf.Variable([b"", b"lamp", b"mug", b""]), popularity=order)
    found = ItemPrior.of_retriever(retriever).among_all(tf.constant([["lamp", "mug"]]), tf.constant([[0.5, 0.5]]))
    np.testing.assert_allclose(odds(found.numpy()[0]), [0.5, 1.5], rtol=1e-5)
    assert not caplog.records
    for lacking in ("item_ids", "popularity"):
        assert ItemPrior.of_retriever(SimpleNamespace(**{**vars(retriever), lacking: None})) is None
    assert ItemPrior.of_retriever(SimpleNamespace()) is None
    assert "does not hold how popular items are" in caplog.text
