"""`catalogue_ranks`: the rank, among all items, of the item that the user engaged with.

And its rank among those that are not in the user's history, as `recommend` and `search` answer with `exclude_seen`.
"""

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
        raw = transform.parse(examples)
        inputs = transform(raw)
        positives = _positives(inputs[features.CANDIDATE_ITEMS], inputs[features.CANDIDATE_LABELS])
        # In float32, even if the model computes in less: items should not tie because their scores were rounded.
        table = tf.cast(item_table, tf.float32)
        logits = tf.matmul(tf.cast(encode(inputs), tf.float32), table, transpose_b=True)
        own = tf.gather(logits, positives, batch_dims=1)[:, tf.newaxis]
        is_below = tf.less(logits, own)
        below = tf.math.count_nonzero(is_below[:, 1:unknown], axis=1, dtype=tf.int32)
        is_known = tf.logical_and(tf.not_equal(positives, features.PADDING), tf.not_equal(positives, unknown))
        ranks = tf.where(is_known, unknown - 1 - below, 0)
        # The whole history, not only the newest events that the model reads: its ids are looked up as candidates are.
        history = {features.SURFACE: raw[features.SURFACE], features.CANDIDATES: raw[features.HISTORY_ITEMS]}
        is_seen = _is_member(transform(history)[features.CANDIDATE_ITEMS], item_table.shape[0])
        is_other = tf.not_equal(tf.range(item_table.shape[0])[tf.newaxis, :], positives[:, tf.newaxis])
        ahead = tf.logical_and(tf.logical_and(is_seen, is_other), tf.logical_not(is_below))
        left_out = tf.math.count_nonzero(ahead[:, 1:unknown], axis=1, dtype=tf.int32)
        return {
            signatures.RANKS: tf.cast(ranks, tf.int64),
            signatures.UNSEEN_RANKS: tf.cast(tf.where(is_known, ranks - left_out, 0), tf.int64),
        }

    return catalogue_ranks


def _is_member(items: tf.Tensor, size: int) -> tf.Tensor:
    """Whether each item of the table is among those of a row: int32 [batch, any] to bool [batch, size]."""
    shape = tf.shape(items)
    rows = tf.repeat(tf.range(shape[0]), shape[1])
    pairs = tf.stack([rows, tf.reshape(items, [-1])], axis=1)
    return tf.greater(tf.scatter_nd(pairs, tf.ones_like(rows), [shape[0], size]), 0)


def _positives(candidates: tf.Tensor, labels: tf.Tensor) -> tf.Tensor:
    """The positive item of each example, int32 [batch]; padding if there is none."""
    is_positive = tf.cast(tf.greater(labels, 0.0), tf.int32)
    counts = tf.reduce_sum(is_positive, axis=1)
    at_most_one = tf.debugging.Assert(
        tf.reduce_all(tf.less_equal(counts, 1)), ["An example has at most one positive. Received by row:", counts]
    )
    with tf.control_dependencies([at_most_one]):
        return tf.reduce_sum(is_positive * candidates, axis=1)
