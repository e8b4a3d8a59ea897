"""Finds the items whose vectors have the largest products with a query: a top-k layer of tensorflow-recommenders."""

import importlib.util
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import tensorflow as tf

BRUTE_FORCE: Final = "brute_force"
SCANN: Final = "scann"
KINDS: Final = (BRUTE_FORCE, SCANN)
NOT_FOUND: Final = -1
"""An index answers this place when it found no more items."""

_FEWEST_FOR_SCANN = 1000
# Settings of ScaNN, measured by `benchmarks/retrieve.py`. A search is cheapest if the number of leaves is about the
# square root of the number of items.
_SHARE_OF_LEAVES_SEARCHED = 0.1
_FEWEST_LEAVES_SEARCHED = 10
_REORDERED = 1000
"""ScaNN computes the exact products of so many items. It cannot answer more items than these."""


@dataclass(frozen=True)
class RetrievalIndex:
    """A built index.

    Attributes:
        nearest: A function of queries, float32 [batch, dim], and of k, an int32 scalar that is at most the number of
            items. It returns places in the indexed table, int32 [batch, k], those with the largest products first. An
            approximate index may find fewer than k; the rest are `NOT_FOUND`.
        tracked: The objects that the saved module has to hold.
    """

    nearest: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    tracked: Any


def build(kind: str, table: tf.Tensor) -> RetrievalIndex:
    """Indexes a table.

    A top-k layer is a tf_keras model. To save it would take longer than all the rest of the export. So the saved module
    holds the layer's variables, and not the layer.

    Args:
        kind: `brute_force` is exact and computes the product with the whole table. `scann` is approximate and meant for
            large tables. It cannot be built from fewer than 1,000 items, so those are searched exactly.
        table: Float [items, dim].

    Raises:
        ValueError: There is no such kind.
        ModuleNotFoundError: `scann` is asked for and not installed.
    """
    if kind not in KINDS:
        raise ValueError(f"`retrieval_index` should be one of {', '.join(KINDS)}. Received: retrieval_index={kind!r}")
    if kind == SCANN and importlib.util.find_spec("scann") is None:
        raise ModuleNotFoundError(
            "`retrieval_index` is 'scann', and the package scann is not installed. Install the version made for your "
            f"TensorFlow (pip install scann; TensorFlow is {tf.__version__}), or choose 'brute_force'.",
            name="scann",
        )
    table = tf.cast(table, tf.float32)
    return _scann(table) if kind == SCANN and table.shape[0] >= _FEWEST_FOR_SCANN else _brute_force(table)


def _brute_force(table: tf.Tensor) -> RetrievalIndex:
    from tensorflow_recommenders.layers.factorized_top_k import BruteForce

    layer = BruteForce().index(table)
    # Calls `call`, because AutoGraph would convert what `__call__` runs.
    return RetrievalIndex(lambda queries, k: layer.call(queries, k)[1], layer.variables)


def _scann(table: tf.Tensor) -> RetrievalIndex:
    from tensorflow_recommenders.layers.factorized_top_k import ScaNN

    items = table.shape[0]
    leaves = max(1, round(math.sqrt(items)))
    layer = ScaNN(
        num_leaves=leaves,
        num_leaves_to_search=min(leaves, max(_FEWEST_LEAVES_SEARCHED, round(_SHARE_OF_LEAVES_SEARCHED * leaves))),
        num_reordering_candidates=min(items, _REORDERED),
    ).index(table)

    def nearest(queries: tf.Tensor, k: tf.Tensor) -> tf.Tensor:
        products, places = layer.call(queries, k)
        places = tf.where(tf.math.is_finite(products), places, NOT_FOUND)
        return tf.pad(places, [[0, 0], [0, k - tf.shape(places)[1]]], constant_values=NOT_FOUND)

    return RetrievalIndex(nearest, layer._serialized_searcher)
