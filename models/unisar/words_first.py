"""Keeps items that have none of a query's words below those that have all of them."""

from keras import ops

_GAP = 1.0
"""How far below, in logits. Probabilities near 1 would hide a smaller one."""


def words_first(logits, has_none, has_all):
    """Lowers the logits of a row's items without any of the query's words, all by the same amount.

    Their order stays, and so do all other logits. A row is left alone if nothing has all words, or if it is in order.

    Args:
        logits: Float32 [batch, candidates].
        has_none: Bool [batch, candidates], whether an item has none of the words.
        has_all: Bool [batch, candidates], whether it has all of them.

    Returns:
        Float32 [batch, candidates].
    """
    least_with_all = ops.min(ops.where(has_all, logits, float("inf")), axis=1, keepdims=True, initial=float("inf"))
    best_with_none = ops.max(ops.where(has_none, logits, float("-inf")), axis=1, keepdims=True, initial=float("-inf"))
    too_high = ops.greater_equal(best_with_none, least_with_all)
    # Infinities, where there is no such item, would make a difference that is no number.
    excess = ops.where(too_high, best_with_none, 0.0) - ops.where(too_high, least_with_all, 0.0)
    lowered = ops.subtract(logits, ops.where(too_high, excess + _GAP, 0.0))
    return ops.where(has_none, lowered, logits)
