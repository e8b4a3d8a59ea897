"""How likely an item is before anything is known of a request, where a ranker learned from popular negatives."""

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from components.input_specs import input_specs
from schemas import signatures
from schemas.score_map import ScoreMap

_HASHES = 2**63 - 1
_LEAST, _MOST = float(np.finfo(np.float32).tiny), 1 - 2**-25
"""Scores of 0 and 1 have no log-odds. They count as what float32 rounds to them, or the next that it can hold."""
_LOG = logging.getLogger(__name__)


class ItemPrior(tf.Module):
    """Turns scores that were learned against popular negatives into scores among all items.

    Where negatives are drawn by popularity q, the logit that tells a positive from them estimates ln p(i) - ln q(i) and
    a constant: how much likelier an item is than on average. Among all items, ln q(i) has to be added again. Here it is
    the logarithm of an item's share of all engagements, times the number of items, so that an item of average
    popularity keeps its score.

    Source: the correction of sampled softmax (Bengio and Senécal, 2008), the other way round.

    Args:
        item_ids: The items.
        shares: Float [items], the share of all engagements that each has, above 0.
    """

    def __init__(self, item_ids: np.ndarray, shares: np.ndarray):
        super().__init__(name="item_prior")
        # TensorFlow handles strings on the CPU, so what is looked up by them is there, too.
        with tf.device("CPU"):
            hashes = _hashed(tf.constant(item_ids)).numpy()
            order = np.argsort(hashes, kind="stable")
            self._hashes = tf.Variable(hashes[order], trainable=False, name="prior_hashes")
            priors = np.log(shares[order].astype(np.float64) * len(shares)).astype(np.float32)
            self._priors = tf.Variable(priors, trainable=False, name="priors")

    @classmethod
    def of_retriever(cls, retriever: Any) -> "ItemPrior | None":
        """That of the items of a loaded retriever; None if it does not hold how popular they are.

        A retriever counts each item once more than training was engaged with it. So one without any engagement, such
        as a new one, is half as likely as an item with a single one.
        """
        order, item_ids = getattr(retriever, "popularity", None), getattr(retriever, "item_ids", None)
        if order is None or item_ids is None:
            _LOG.warning("The retriever does not hold how popular items are, so scores stay as they were learned.")
            return None
        return cls(item_ids.numpy()[order.rows.numpy()], order.shares.numpy())

    def of(self, items: tf.Tensor) -> tf.Tensor:
        """What is added to the log-odds of items: string of any shape to float32; 0 for items that are not known."""
        wanted = tf.reshape(_hashed(items), [-1])
        places = tf.minimum(tf.searchsorted(self._hashes, wanted), tf.size(self._hashes) - 1)
        is_known = tf.equal(tf.gather(self._hashes, places), wanted)
        return tf.reshape(tf.where(is_known, tf.gather(self._priors, places), 0.0), tf.shape(items))

    def among_all(
        self, items: tf.Tensor, scores: tf.Tensor, calibrated: ScoreMap | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """The scores among all items.

        It computes in float64: in float32, the log-odds of scores near 1 are coarse, and a sigmoid may put two of them
        in the wrong order. Calibrated log-odds are `slope` times those that were learned, and the priors are added to
        these: so they count `slope` times, too, and the order is the same.

        Args:
            items: String [batch, any].
            scores: Float32 of the same shape, probabilities.
            calibrated: How these were calibrated; None: they are sigmoids of what was learned.

        Returns:
            Float32 scores, and float64 log-odds to order them by: many of these may be the same score.
        """
        bounded = tf.clip_by_value(tf.cast(scores, tf.float64), _LEAST, _MOST)
        priors = tf.cast(self.of(items), tf.float64)
        if calibrated is not None:
            priors = calibrated.slope * priors + calibrated.list_shift
        log_odds = tf.math.log(bounded) - tf.math.log1p(-bounded) + priors
        return tf.cast(tf.sigmoid(log_odds), tf.float32), log_odds

    def signature(self) -> Callable[..., dict[str, tf.Tensor]]:
        """The function of the signature `item_prior`."""

        @tf.function(input_signature=list(input_specs(signatures.ITEM_PRIOR).values()), autograph=False)
        def item_prior(item_id: tf.Tensor) -> dict[str, tf.Tensor]:
            return {signatures.PRIOR: self.of(item_id)}

        return item_prior


def _hashed(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.to_hash_bucket_fast(texts, _HASHES)
