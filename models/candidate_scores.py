"""The scores of candidates, as all models return them: padding comes last."""

from typing import Final

from keras import ops

from schemas.features import PADDING

PADDING_LOGIT: Final = -1e9
"""The logit of padding among the candidates: it ranks last, with probability 0."""


def without_padding(logits, candidates):
    """Gives padding the lowest logit.

    Args:
        logits: Float [batch, candidates].
        candidates: Int [batch, candidates], item indices.

    Returns:
        Float32 [batch, candidates].
    """
    return ops.where(ops.equal(candidates, PADDING), PADDING_LOGIT, ops.cast(logits, "float32"))
