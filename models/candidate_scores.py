"""Scores of candidates as all models return them."""

from typing import Final

from keras import ops

from schemas.features import PADDING

PADDING_LOGIT: Final = -1e9
"""The score of padding among the candidates: behind everything, and of probability 0."""


def without_padding(logits, candidates):
    """Puts padding behind all items.

    Args:
        logits: Float [batch, candidates].
        candidates: Int [batch, candidates], item indices.

    Returns:
        Float32 [batch, candidates].
    """
    return ops.where(ops.equal(candidates, PADDING), PADDING_LOGIT, ops.cast(logits, "float32"))
