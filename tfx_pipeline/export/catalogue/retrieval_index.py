"""The index that finds the items with the largest products: a top-k layer of tensorflow-recommenders."""

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
"""The place that an index answers where it found no more."""

_FEWEST_FOR_SCANN = 1000
# Of ScaNN, measured by `benchmarks/retrieve.py`: about the square root of the number of items is the number of leaves
# at which a search costs least.
_SHARE_OF_LEAVES_SEARCHED = 0.1
_FEWEST_LEAVES_SEARCHED = 10
_REORDERED = 1000
"""Of so many items ScaNN computes the products themselves; it answers no more than these."""


@dataclass(frozen=True)
class RetrievalIndex:
    """A built index.

    Attributes:
        nearest: From queries, float32 [batch, dim], and k, an int32 scalar of at most the number of items, to places
            in the indexed table, int32 [batch, k], those with the largest products first. An approximate index may fall
            short; it then answers `NOT_FOUND`.
        tracked: What the saved module has to hold.
    """

    nearest: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]
    tracked: Any


def build(kind: str, table: tf.Tensor) -> RetrievalIndex:
    """Indexes a table.

    A top-k layer is a tf_keras model, whose saving would take longer than all the rest of the export. So the saved
    module holds what the layer holds, and not the layer.

    Args:
        kind: `brute_force`, exact, one product with the whole table; or `scann`, approximate, for large tables: those
            of fewer than 1,000 items, from which it cannot learn, are searched exactly.
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
    # Not by __call__, which would have AutoGraph convert it.
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
