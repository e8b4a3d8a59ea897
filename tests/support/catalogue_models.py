"""Small models whose catalogue ranks are known in advance."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from schemas import features, signatures
from tests.support.rank_models import signature_of


def save_model_of_ranks(folder: Path) -> str:
    """Saves a model that takes the rank of an example's positive from its id: item `7` is seventh, `0` is unknown.

    Without the history's items, each is one place further to the front.
    """

    @signature_of(signatures.CATALOGUE_RANKS)
    def ranks(examples):
        columns = tf.io.parse_example(
            examples,
            {features.CANDIDATES: tf.io.RaggedFeature(tf.string), features.LABELS: tf.io.RaggedFeature(tf.float32)},
        )
        names = columns[features.CANDIDATES].with_flat_values(
            tf.strings.to_number(columns[features.CANDIDATES].flat_values, tf.int64)
        )
        positives = tf.cast(columns[features.LABELS] > 0, tf.int64)
        found = tf.reduce_sum(names * positives, axis=1)
        return {signatures.RANKS: found, signatures.UNSEEN_RANKS: tf.maximum(found - 1, 0)}

    tf.saved_model.save(tf.Module(), str(folder), signatures={signatures.CATALOGUE_RANKS: ranks})
    return str(folder)


def vector_ranks(catalogue: Mapping[str, float]) -> tf.types.experimental.ConcreteFunction:
    """A `catalogue_ranks` that knows an order of all items, whatever is asked, as a retriever knows it by its vectors.

    Args:
        catalogue: The score of each item id; no two are equal.
    """
    order = tf.constant(sorted(catalogue, key=lambda item: -catalogue[item]))

    @signature_of(signatures.CATALOGUE_RANKS)
    def ranks(examples):
        ragged = {name: tf.io.RaggedFeature(tf.string) for name in (features.CANDIDATES, features.HISTORY_ITEMS)}
        columns = tf.io.parse_example(examples, {**ragged, features.LABELS: tf.io.RaggedFeature(tf.float32)})
        positives = tf.ragged.boolean_mask(columns[features.CANDIDATES], columns[features.LABELS] > 0)
        is_positive = positives.to_tensor(default_value="", shape=[None, 1]) == order
        is_seen = tf.reduce_any(columns[features.HISTORY_ITEMS].to_tensor()[:, :, tf.newaxis] == order, axis=1)
        is_ahead = tf.cumsum(tf.cast(is_positive, tf.int64), axis=1) == 0
        is_known = tf.reduce_any(is_positive, axis=1)

        def rank(ahead):
            return tf.where(is_known, 1 + tf.math.count_nonzero(ahead, axis=1), 0)

        return {signatures.RANKS: rank(is_ahead), signatures.UNSEEN_RANKS: rank(is_ahead & ~is_seen)}

    return ranks
