"""Saves a small model whose catalogue ranks are known in advance."""

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
