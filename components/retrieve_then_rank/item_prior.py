"""How likely an item is before anything is known of a request, where a ranker learned from popular negatives."""

import logging
from typing import Any

import numpy as np
import tensorflow as tf

_HASHES = 2**63 - 1
_LEAST, _MOST = 1e-30, 1 - 2**-24
"""Scores beyond are 0 or 1 in float32, and have no logit."""
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
        hashes = _hashed(tf.constant(item_ids)).numpy()
        order = np.argsort(hashes, kind="stable")
        self._hashes = tf.Variable(hashes[order], trainable=False, name="prior_hashes")
        lifts = np.log(shares[order] * len(shares)).astype(np.float32)
        self._lifts = tf.Variable(lifts, trainable=False, name="prior_lifts")

    @classmethod
    def of_retriever(cls, retriever: Any) -> "ItemPrior | None":
        """That of the items of a loaded retriever; None if it does not hold how popular they are."""
        order, item_ids = getattr(retriever, "popularity", None), getattr(retriever, "item_ids", None)
        if order is None or item_ids is None:
            _LOG.warning("The retriever does not hold how popular items are, so scores stay as they were learned.")
            return None
        return cls(item_ids.numpy()[order.rows.numpy()], order.shares.numpy())

    def among_all(self, items: tf.Tensor, scores: tf.Tensor) -> tf.Tensor:
        """The scores among all items: string and float32 [batch, any] to float32; items not known keep theirs."""
        wanted = tf.reshape(_hashed(items), [-1])
        places = tf.minimum(tf.searchsorted(self._hashes, wanted), tf.size(self._hashes) - 1)
        is_known = tf.equal(tf.gather(self._hashes, places), wanted)
        lifts = tf.reshape(tf.where(is_known, tf.gather(self._lifts, places), 0.0), tf.shape(items))
        bounded = tf.clip_by_value(scores, _LEAST, _MOST)
        return tf.sigmoid(tf.math.log(bounded) - tf.math.log1p(-bounded) + lifts)


def _hashed(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.to_hash_bucket_fast(texts, _HASHES)
