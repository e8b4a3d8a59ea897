"""Attention as plain functions, with masks that may hide everything."""

import math

from keras import ops

HIDDEN = -3e4
"""Added to the score of a masked key: its weight becomes exactly 0 in all precisions, float16 too."""


def masked_softmax(scores, key_mask):
    """Softmax over the last axis in which masked keys weigh exactly 0.

    Args:
        scores: Float [..., queries, keys].
        key_mask: Bool, broadcastable to `scores`; True where the key is real.

    Returns:
        Float like `scores`. Rows whose keys are all masked are 0, with gradient 0.
    """
    dtype = scores.dtype
    visible = ops.cast(key_mask, dtype)
    weights = ops.softmax(ops.add(scores, ops.multiply(ops.subtract(visible, 1), -HIDDEN)), axis=-1)
    return ops.multiply(weights, ops.max(visible, axis=-1, keepdims=True))


def attend(queries, keys, values, key_mask, num_heads: int):
    """Scaled dot-product attention of several heads.

    Args:
        queries: Float [batch, queries, dim].
        keys: Float [batch, keys, dim].
        values: Float [batch, keys, dim].
        key_mask: Bool [batch, keys]; True where the key is real.
        num_heads: Divides dim.

    Returns:
        Float [batch, queries, dim]; 0 where all keys are masked.
    """
    dim = queries.shape[-1]
    queries = _split_heads(ops.multiply(queries, 1 / math.sqrt(dim // num_heads)), num_heads)
    scores = ops.matmul(queries, ops.transpose(_split_heads(keys, num_heads), (0, 1, 3, 2)))
    weights = masked_softmax(scores, ops.expand_dims(ops.expand_dims(key_mask, 1), 1))
    mixed = ops.transpose(ops.matmul(weights, _split_heads(values, num_heads)), (0, 2, 1, 3))
    shape = ops.shape(mixed)
    return ops.reshape(mixed, (shape[0], shape[1], dim))


def _split_heads(sequence, num_heads: int):
    shape = ops.shape(sequence)
    dim = sequence.shape[-1]
    return ops.transpose(ops.reshape(sequence, (shape[0], shape[1], num_heads, dim // num_heads)), (0, 2, 1, 3))
