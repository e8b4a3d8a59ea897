"""Rows by the vocabulary of a real Transform graph."""

import numpy as np
import tensorflow as tf

from schemas import features
from tests.support.exported_retriever import ITEMS
from tfx_pipeline.export.catalogue.item_vectors import ItemVectors
from tfx_pipeline.export.serving_transform import ServingTransform


def test_items_are_found_by_their_ids(exported):
    table = tf.Variable(np.arange(28, dtype=np.float32).reshape(14, 2))
    items = ItemVectors(table, ServingTransform(exported.transform_output))
    rows = items.rows_of(tf.constant([ITEMS[3], "never seen", "", ITEMS[0]]))
    vocabulary = exported.transform_output.vocabulary_by_name(features.ITEM_VOCABULARY)
    known = [1 + vocabulary.index(item.encode()) for item in (ITEMS[3], ITEMS[0])]
    # Padding, twelve items, and the last row for everything else.
    assert rows.numpy().tolist() == [known[0], 13, 13, known[1]]
    assert items.is_known(rows).numpy().tolist() == [True, False, False, True]
    assert items.vectors(rows).numpy()[1].tolist() == [26.0, 27.0]


def test_vectors_are_float32_whatever_the_table_is(exported):
    table = tf.Variable(tf.ones([14, 2], tf.bfloat16))
    items = ItemVectors(table, ServingTransform(exported.transform_output))
    assert items.vectors(items.rows_of(tf.constant([ITEMS[0]]))).dtype == tf.float32
