"""`similar_items`: the items that the model sees most like another."""

from collections.abc import Callable

import tensorflow as tf

from schemas import signatures
from tfx_pipeline import item_lists
from tfx_pipeline.item_vectors import ItemVectors


def similar_items_signature(items: ItemVectors, item_ids: tf.Variable, lengths: tf.Variable) -> Callable:
    """The function of the signature.

    Items are alike where their vectors point the same way, however long these are: the product alone would find the
    popular items similar to everything. The search is exact whatever the retrieval index is, and costs one product with
    the whole table.

    Args:
        items: All items.
        item_ids: String [items], the name of each row.
        lengths: What `vector_lengths` returned of the table, as a variable.

    Returns:
        A tf.function.
    """
    id_spec = tf.TensorSpec([None], tf.string, signatures.ITEM_ID)

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=[id_spec, item_lists.K_SPEC], autograph=False)
    def similar_items(item_id: tf.Tensor, k: tf.Tensor) -> dict[str, tf.Tensor]:
        columns = item_lists.columns(k)
        rows = items.rows_of(item_id)
        products = tf.matmul(items.vectors(rows), tf.cast(items.table, tf.float32), transpose_b=True)
        cosines = tf.math.divide_no_nan(products, tf.gather(lengths, rows)[:, tf.newaxis] * lengths)[:, 1:-1]
        real_items = tf.range(1, items.table.shape[0] - 1)
        is_other = tf.not_equal(rows[:, tf.newaxis], real_items)
        cosines = tf.where(tf.logical_and(is_other, items.is_known(rows)[:, tf.newaxis]), cosines, item_lists.NO_ITEM)
        best, places = tf.math.top_k(cosines, tf.minimum(columns, tf.size(real_items)))
        found, scores = item_lists.filled_up(tf.gather(item_ids, places + 1), best, k, columns)
        return {signatures.ITEMS: found, signatures.SCORES: tf.where(tf.equal(found, ""), 0.0, scores)}

    return similar_items


def vector_lengths(table: tf.Tensor) -> tf.Tensor:
    """How long each vector is: float [items, dim] to float32 [items]."""
    return tf.norm(tf.cast(table, tf.float32), axis=1)
