"""Repeat features: whether, how often and how long ago the history holds the candidate itself."""

from typing import Any

import keras
from keras import ops

from models.registration import register
from models.unisar.items_of_history import ItemsOfHistory
from schemas import features
from schemas.features import PADDING


@register
class RepeatFeatures(keras.layers.Layer):
    """Looks each candidate up in the user's own history, where users come back to what they know.

    There are three features: whether the candidate is the newest item of the history; the share of the history that it
    is, an item's weight being 1 / (1 + age), where age counts tokens from the newest; and ln(1 + n), n the number of
    times that the history holds it.

    Only where negatives come from the history, too (`data.history_negatives`), do these teach which of the known items
    is wanted. Elsewhere they would betray the positive: no negative ever is in the history.

    Source: ours.

    Call arguments:
        inputs: The features `MODEL_INPUTS` by name.

    Returns:
        Float [batch, candidates, `width`].
    """

    width = 3

    def call(self, inputs):
        """Computes the features of each candidate."""
        candidates = inputs[features.CANDIDATE_ITEMS]
        history = ItemsOfHistory.of(inputs)
        same = ops.logical_and(
            ops.equal(ops.expand_dims(candidates, -1), ops.expand_dims(history.items, 1)),
            ops.expand_dims(ops.not_equal(candidates, PADDING), -1),
        )
        sums = ops.matmul(ops.cast(same, "float32"), history.weights)
        return ops.cast(ops.concatenate([sums[..., :2], ops.log1p(sums[..., 2:])], axis=-1), self.compute_dtype)

    def compute_output_shape(self, inputs_shape) -> Any:
        """[batch, candidates, width]."""
        return (*inputs_shape[features.CANDIDATE_ITEMS], self.width)
