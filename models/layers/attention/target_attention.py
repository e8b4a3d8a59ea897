"""Target attention: pools a history once for every candidate."""

from typing import Any

import keras
from keras import ops

from models.layers.attention.dot_product_attention import masked_softmax
from models.layers.fast.projection import Projection
from models.registration import register


@register
class TargetAttention(keras.layers.Layer):
    """Pools a history for every candidate. A token's weight is the softmax of `token · W · candidate`.

    The history is not repeated for the candidates: one product of [batch, candidates, dim] and [batch, length, dim]
    gives all scores.

    Source: UniSAR (arXiv 2404.09520), the aggregation of the fused histories by target attention.

    Example:
    >>> history, candidates = np.ones((2, 5, 8), "float32"), np.ones((2, 3, 8), "float32")
    >>> pooled = TargetAttention()(history, candidates, np.ones((2, 5), bool))
    >>> tuple(pooled.shape)  # one for each candidate
    (2, 3, 8)

    Call arguments:
        history: Float [batch, length, dim].
        candidates: Float [batch, candidates, dim].
        history_mask: Bool [batch, length]; True where the token is real.

    Returns:
        Float [batch, candidates, dim]; 0 where the whole history is masked.
    """

    def build(self, history_shape, candidates_shape=None, history_mask_shape=None):
        """Creates W."""
        self.similarity = Projection(history_shape[-1], use_bias=False, name="similarity", dtype=self.dtype_policy)
        self.similarity.build(history_shape)
        self.built = True

    def call(self, history, candidates, history_mask):
        """Pools the history for each candidate."""
        return ops.matmul(self.attention(history, candidates, history_mask), history)

    def attention(self, history, candidates, history_mask):
        """The weight of each token for each candidate.

        Args:
            history: As in `call`, in the layer's compute dtype.
            candidates: As in `call`, in the layer's compute dtype.
            history_mask: As in `call`.

        Returns:
            Float [batch, candidates, length]. A candidate's weights add up to 1; they are all 0 where the whole
            history is masked.
        """
        keys = ops.transpose(self.similarity(history), (0, 2, 1))
        return masked_softmax(ops.matmul(candidates, keys), ops.expand_dims(history_mask, 1))

    def compute_output_shape(self, history_shape, candidates_shape, history_mask_shape=None) -> Any:
        """[batch, candidates, dim]."""
        return candidates_shape
