import numpy as np
import tensorflow as tf

from tfx_pipeline.export.catalogue.item_rows import ItemRows


def test_rows_of_known_ids_and_padding_for_all_others():
    rows = ItemRows(np.array([b"", b"mug", b"lamp", "é".encode(), b""], object))
    asked = tf.constant([["lamp", "", "é"], ["never", "mug", "mug"]])
    assert rows.rows_of(asked).numpy().tolist() == [[2, 0, 3], [0, 1, 1]]
    assert rows.rows_of(tf.zeros([2, 0], tf.string)).shape == (2, 0)
