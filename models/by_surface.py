"""Computes a batch whose rows belong to two surfaces, each surface with its own computation."""

from collections.abc import Callable
from typing import Any

from keras import ops

from schemas.canonical_event import Surface


def by_surface(is_search, compute: Callable[[Surface], Any], width, dtype: str):
    """Computes each surface that has rows for the whole batch, then takes each row from its own surface.

    Nearly all batches in serving hold one surface, so the other surface costs nothing. The graph holds the computation
    of each surface once. That matters because TensorFlow optimizes a loaded graph for seconds, in proportion to its
    size.

    Args:
        is_search: Bool [batch].
        compute: A function of a surface that returns float [batch, width].
        width: The width of its result, an int or an int scalar.
        dtype: The dtype of its result.

    Returns:
        Float [batch, width].
    """

    def of(surface, rows):
        return ops.cond(
            ops.any(rows), lambda: compute(surface), lambda: ops.zeros((ops.shape(rows)[0], width), dtype=dtype)
        )

    search = of(Surface.SEARCH, is_search)
    recommendation = of(Surface.RECOMMENDATION, ops.logical_not(is_search))
    return ops.where(ops.expand_dims(is_search, -1), search, recommendation)
