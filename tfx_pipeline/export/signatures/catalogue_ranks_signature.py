"""`catalogue_ranks`: the rank, among all items, of the item that the user engaged with."""

from collections.abc import Callable

import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, signatures
from tfx_pipeline.export.serving_transform import ServingTransform


def catalogue_ranks_signature(encode: Callable, transform: ServingTransform, item_table: tf.Variable) -> Callable:
    """The function of the signature.

    The ranks are exact, whatever the retrieval index. They cost one product with the whole table, so a batch computes
    examples times items scores.

    Args:
        encode: A function from the features that `transform` returns to float [batch, dim].
        transform: The Transform graph.
        item_table: Float [items, dim]; the first row is padding, the last stands for unknown items.

    Returns:
        A tf.function. It fails if an example has several positives, or labels without candidates.
    """
    unknown = item_table.shape[0] - 1

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(input_specs(signatures.CATALOGUE_RANKS).values()), autograph=False)
    def catalogue_ranks(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        inputs = transform(transform.parse(examples))
        positives = _positives(inputs[features.CANDIDATE_ITEMS], inputs[features.CANDIDATE_LABELS])
        # In float32, even if the model computes in less: items should not tie because their scores were rounded.
        table = tf.cast(item_table, tf.float32)
        logits = tf.matmul(tf.cast(encode(inputs), tf.float32), table, transpose_b=True)
        own = tf.gather(logits, positives, batch_dims=1)[:, tf.newaxis]
        below = tf.math.count_nonzero(tf.less(logits[:, 1:unknown], own), axis=1, dtype=tf.int32)
        is_known = tf.logical_and(tf.not_equal(positives, features.PADDING), tf.not_equal(positives, unknown))
        return {signatures.RANKS: tf.cast(tf.where(is_known, unknown - 1 - below, 0), tf.int64)}

    return catalogue_ranks


def _positives(candidates: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """The positive item of each example, int32 [batch]; padding if there is none."""
    is_positive = tf.cast(tf.greater(labels, 0.0), tf.int32)
    counts = tf.reduce_sum(is_positive, axis=1)
    at_most_one = tf.debugging.Assert(
        tf.reduce_all(tf.less_equal(counts, 1)), ["An example has at most one positive. Received by row:", counts]
    )
    with tf.control_dependencies([at_most_one]):
        return tf.reduce_sum(is_positive * candidates, axis=1)
