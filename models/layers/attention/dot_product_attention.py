"""Dot-product attention as plain functions, with masks that may hide every key."""

import math

from keras import ops

from models.layers.fast.packing import LAYOUTS, Packing, bool_mask
from models.layers.fast.reshaping import reshape

HIDDEN = -3e4
"""What is added to the score of a masked key. It makes the weight exactly 0 in every precision, even in float16."""


def masked_softmax(scores, key_mask, query_mask=None):
    """Softmax over the last axis in which masked keys weigh exactly 0.

    Example:
    >>> weights = masked_softmax(np.zeros((1, 3)), np.array([[True, True, False]]))
    >>> ops.convert_to_numpy(weights).tolist()
    [[0.5, 0.5, 0.0]]

    Args:
        scores: Float [..., queries, keys].
        key_mask: Bool, broadcastable to `scores`; True where the key is real.
        query_mask: Bool, broadcastable to [..., queries, 1]; False for queries whose weights should all be 0. None
            stands for no such query.

    Returns:
        Float like `scores`. Rows whose keys are all masked are 0, with gradient 0.
    """
    visible = ops.cast(key_mask, scores.dtype)
    weights = ops.softmax(ops.add(scores, ops.multiply(ops.subtract(visible, 1), -HIDDEN)), axis=-1)
    attends = ops.max(visible, axis=-1, keepdims=True)
    if query_mask is not None:
        attends = ops.multiply(attends, ops.cast(query_mask, scores.dtype))
    return ops.multiply(weights, attends)


def split_heads(fused, parts: int, num_heads: int, token_mask=None):
    """Splits the result of one fused product into its parts (queries, keys, values) and heads.

    Heads come first in the result. So one transposition of three axes serves all parts, and splitting copies nothing.

    Example:
    >>> queries, keys, values = split_heads(np.ones((2, 5, 3 * 8)), parts=3, num_heads=4)
    >>> tuple(keys.shape)  # heads, batch, length, head width
    (4, 2, 5, 2)

    Args:
        fused: Float [batch, length, parts · dim], or packed [tokens, parts · dim].
        parts: Number of parts side by side in the last axis.
        num_heads: Number of heads; it divides dim.
        token_mask: The layout of packed sequences; any other value is ignored.

    Returns:
        A list of float [heads, batch, length, dim / heads], one for each part.
    """
    if isinstance(token_mask, LAYOUTS):
        return token_mask.to_heads(fused, parts, num_heads)
    shape = ops.shape(fused)
    head_dim = fused.shape[-1] // (parts * num_heads)
    by_head = ops.transpose(ops.reshape(fused, (-1, parts * num_heads, head_dim)), (1, 0, 2))
    return ops.unstack(reshape(by_head, (parts, num_heads, shape[0], shape[1], head_dim)), num=parts, axis=0)


def attention_weights(queries, keys, key_mask, query_mask=None):
    """How much each query attends to each key, in each head.

    Source: "Attention is all you need" (arXiv 1706.03762), equation 1 without the values.

    Example:
    >>> heads = np.ones((4, 1, 2, 2), "float32")
    >>> weights = attention_weights(heads, heads, np.array([[True, False]]))
    >>> tuple(weights.shape), ops.convert_to_numpy(weights)[0, 0].tolist()
    ((4, 1, 2, 2), [[1.0, 0.0], [1.0, 0.0]])

    Args:
        queries: As in `attend`, like the others.
        keys: Float [heads, batch, keys, head dim].
        key_mask: Which keys are real.
        query_mask: The layout of packed queries; any other value is ignored.

    Returns:
        Float [heads, batch, queries, keys]. The weights of a query add up to 1; they are all 0 where all keys are
        masked.
    """
    scores = ops.multiply(ops.einsum("hbqd,hbkd->hbqk", queries, keys), 1 / math.sqrt(queries.shape[-1]))
    # The gradient of packing is meaningless at padding, so what is computed there must have weight 0.
    real_queries = ops.expand_dims(query_mask.mask, -1) if isinstance(query_mask, Packing) else None
    return masked_softmax(scores, ops.expand_dims(bool_mask(key_mask), 1), real_queries)


def attend(queries, keys, values, key_mask, query_mask=None):
    """Scaled dot-product attention with several heads ("Attention is all you need", arXiv 1706.03762).

    Example:
    >>> heads = np.ones((4, 2, 5, 2), "float32")
    >>> tuple(attend(heads, heads, heads, np.ones((2, 5), bool)).shape)
    (2, 5, 8)

    Args:
        queries: Float [heads, batch, queries, head dim].
        keys: Float [heads, batch, keys, head dim].
        values: Float [heads, batch, keys, head dim].
        key_mask: Bool [batch, keys], True where the key is real; or the keys' layout (`models.layers.fast.packing`).
        query_mask: The layout of packed queries; any other value is ignored.

    Returns:
        Float [batch, queries, heads · head dim], or packed [tokens, heads · head dim]; 0 where all keys are masked.
    """
    shape = ops.shape(queries)
    num_heads, head_dim = queries.shape[0], queries.shape[-1]
    attended = ops.matmul(attention_weights(queries, keys, key_mask, query_mask), values)
    if isinstance(query_mask, LAYOUTS):
        return query_mask.from_heads(attended)
    by_head = ops.reshape(attended, (num_heads, -1, head_dim))
    return reshape(ops.transpose(by_head, (1, 0, 2)), (shape[1], shape[2], num_heads * head_dim))
