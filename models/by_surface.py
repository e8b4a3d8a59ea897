"""Rows of two surfaces in one batch, each surface with a computation of its own."""

from collections.abc import Callable
from typing import Any

from keras import ops

from schemas.canonical_event import Surface


def by_surface(is_search, compute: Callable[[Surface], Any], width, dtype: str):
    """Computes each surface that has rows, for the whole batch, and takes of each its own rows.

    Nearly all batches that are served are of one surface, so the other costs nothing then. Each surface's graph is
    there once: what is loaded to serve is optimized for seconds, in proportion to its size.

    Args:
        is_search: Bool [batch].
        compute: From a surface to float [batch, width].
        width: Of what is computed, int or int scalar.
        dtype: Of what is computed.

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
