"""Rows by the vocabulary of a real Transform graph."""

import numpy as np
import tensorflow as tf

from tests.support.exported_retriever import ITEMS
from tfx_pipeline.export.catalogue.item_vectors import ItemVectors
from tfx_pipeline.export.serving_transform import ServingTransform


def test_items_are_found_by_their_ids(exported):
    table = tf.Variable(tf.cast(np.arange(28).reshape(14, 2), tf.bfloat16))
    items = ItemVectors(table, ServingTransform(exported.transform_output))
    rows = items.rows_of(tf.constant([ITEMS[3], "never seen", "", ITEMS[0]]))
    # Padding, twelve items, and the last row for everything else.
    assert rows.numpy().tolist() == [exported.index(ITEMS[3]), 13, 13, exported.index(ITEMS[0])]
    assert items.is_known(rows).numpy().tolist() == [True, False, False, True]
    vectors = items.vectors(rows)
    assert vectors.dtype == tf.float32 and vectors.numpy()[1].tolist() == [26.0, 27.0]
