"""Repeat features: whether, how often and how long ago the history holds the candidate itself."""

import math

import keras
from keras import ops

from models.registration import register
from models.unisar.items_of_history import ItemsOfHistory
from schemas import features
from schemas.features import PADDING


@register
class RepeatFeatures(keras.layers.Layer):
    """Looks each candidate up in the user's own history, where users come back to what they know.

    There are four features: whether the history holds the candidate; whether it is the newest item; the share of the
    history that it is, an item's weight being 1 / (1 + age), where age counts tokens from the newest; and ln(1 + n), n
    the number of times that the history holds it.

    Only where negatives come from the history, too (`data.history_negatives`), do these teach which of the known items
    is wanted. Elsewhere they would betray the positive: no negative ever is in the history.

    Source: ours.

    Call arguments:
        inputs: The features `MODEL_INPUTS` by name.

    Returns:
        Float [batch, candidates, `width`].
    """

    width = 4

    def call(self, inputs):
        """Computes the features of each candidate."""
        candidates = inputs[features.CANDIDATE_ITEMS]
        history = ItemsOfHistory.of(inputs)
        same = ops.logical_and(
            ops.equal(ops.expand_dims(candidates, -1), ops.expand_dims(history.items, 1)),
            ops.expand_dims(ops.not_equal(candidates, PADDING), -1),
        )
        sums = ops.matmul(ops.cast(same, "float32"), history.weights)
        is_there = ops.cast(ops.greater(sums[..., 2:], 0), "float32")
        parts = [is_there, sums[..., :2], ops.log1p(sums[..., 2:])]
        return ops.cast(ops.concatenate(parts, axis=-1), self.compute_dtype)

    def different_items(self, inputs):
        """How many different items each history holds: float32 [batch]."""
        items = ItemsOfHistory.of(inputs).items
        is_item = ops.cast(ops.not_equal(items, PADDING), "float32")
        times = ops.sum(ops.cast(ops.equal(items[:, :, None], items[:, None, :]), "float32"), axis=2)
        return ops.sum(ops.divide(is_item, ops.maximum(times, 1.0)), axis=1)

    def compute_output_shape(self, inputs_shape):
        """[batch, candidates, width]."""
        return (*inputs_shape[features.CANDIDATE_ITEMS], self.width)


def oversampling(history_negatives: float, other_negatives: float, different_items: float, items: int) -> float:
    """How much the logits of the history's items are too low, because they are negatives more often than others.

    Training takes some negatives from the few items of the history, and some from all others. So the odds that a
    negative is one of the history are higher than among all items. A model learns its logits at these odds.

    Args:
        history_negatives: The negatives of a row that its history holds, on average.
        other_negatives: Its other negatives, on average.
        different_items: How many different items a history holds, on average.
        items: The size of the catalogue.

    Returns:
        The log of the ratio of both odds, at least 0; and 0 where no negative, or every negative, is of the history.
    """
    if min(history_negatives, other_negatives, different_items) <= 0 or items <= different_items:
        return 0.0
    drawn = history_negatives / other_negatives
    return max(math.log(drawn / (different_items / (items - different_items))), 0.0)
