import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from models.layers.fast.reshaping import reshape

VALUES = np.arange(24.0, dtype="float32").reshape(4, 6)


def traced(shape_of, rows=None, columns=6):
    """A function of float [rows, columns] that reshapes, with sizes left open."""
    return tf.function(
        lambda inputs: reshape(inputs, shape_of(inputs)), input_signature=[tf.TensorSpec([rows, columns], tf.float32)]
    )


@pytest.mark.parametrize("rows", [0, 1, 4])
def test_one_open_size_follows_from_the_others_and_two_are_read(rows):
    one = traced(lambda inputs: (ops.shape(inputs)[0], 2, 3))
    two = traced(lambda inputs: (ops.shape(inputs)[0], ops.shape(inputs)[1] // 3, 3), columns=None)
    for function in (one, two):
        np.testing.assert_array_equal(function(VALUES[:rows]), VALUES[:rows].reshape(rows, 2, 3))
    graph = one.get_concrete_function().graph
    assert graph.structured_outputs.shape.as_list() == [None, 2, 3]
    assert "Pack" not in {operation.type for operation in graph.get_operations()}


def test_known_sizes_and_a_size_of_nothing_from_which_no_other_follows():
    function = traced(lambda inputs: (ops.shape(inputs)[0], 0, 3), columns=0)
    assert function(np.zeros([5, 0], "float32")).shape == (5, 0, 3)
    np.testing.assert_array_equal(reshape(VALUES, (2, 12)), VALUES.reshape(2, 12))
    np.testing.assert_array_equal(reshape(VALUES, (-1, 8)), VALUES.reshape(3, 8))
