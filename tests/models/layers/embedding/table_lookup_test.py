import keras
import numpy as np
import tensorflow as tf

from models.layers.embedding.table_lookup import look_up

VALUES = np.arange(10, dtype="float32").reshape(5, 2)


def test_takes_rows_of_any_shape_of_ids_as_they_were_last_written():
    table = keras.Variable(VALUES)
    np.testing.assert_array_equal(look_up(table, np.array([[3, 0], [4, 4]])), [[[6, 7], [0, 1]], [[8, 9], [8, 9]]])
    table.assign(VALUES + 1)
    np.testing.assert_array_equal(look_up(table, np.array([1])), [[3, 4]])


def test_only_the_rows_looked_up_have_a_gradient():
    table = keras.Variable(VALUES)
    with tf.GradientTape() as tape:
        total = tf.reduce_sum(look_up(table, np.array([3, 1, 3])))
    gradient = tape.gradient(total, table.value)
    assert isinstance(gradient, tf.IndexedSlices)
    np.testing.assert_array_equal(tf.convert_to_tensor(gradient), [[0, 0], [1, 1], [0, 0], [2, 2], [0, 0]])
