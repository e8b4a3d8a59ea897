"""A small SavedModel whose ranks in its catalogue can be told beforehand."""

from pathlib import Path

import tensorflow as tf

from schemas import features, signatures


def save_model_of_ranks(folder: Path) -> str:
    """Saves a model that ranks an example's positive by its name: item `7` is seventh; `0` is unknown."""
    module = tf.Module()

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name=signatures.EXAMPLES)])
    def ranks(examples):
        columns = tf.io.parse_example(
            examples,
            {features.CANDIDATES: tf.io.RaggedFeature(tf.string), features.LABELS: tf.io.RaggedFeature(tf.float32)},
        )
        names = columns[features.CANDIDATES].with_flat_values(
            tf.strings.to_number(columns[features.CANDIDATES].flat_values, tf.int64)
        )
        positives = tf.cast(columns[features.LABELS] > 0, tf.int64)
        return {signatures.RANKS: tf.reduce_sum(names * positives, axis=1)}

    tf.saved_model.save(module, str(folder), signatures={signatures.CATALOGUE_RANKS: ranks})
    return str(folder)
