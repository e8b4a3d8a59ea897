import numpy as np

from models.layers.embedding.position_embedding import PositionEmbedding
from tests.support.layer_case import run_layer_test

ZEROS = np.zeros((2, 3, 4), "float32")


def test_layer_contract():
    inputs = {"inputs": ZEROS, "positions": np.array([[0, 1, 2], [4, 5, 0]], "int32")}
    run_layer_test(PositionEmbedding, {"length": 6}, inputs, (2, 3, 4), trainable_weights=1)


def test_adds_the_vector_of_each_place():
    layer = PositionEmbedding(6)
    layer.build((None, None, 4))
    table = np.arange(24.0).reshape(6, 4)
    layer.embedding.assign(table)
    np.testing.assert_array_equal(layer(ZEROS, np.array([[0, 1, 2], [4, 5, 0]])), table[[[0, 1, 2], [4, 5, 0]]])
    np.testing.assert_array_equal(layer(ZEROS + 1)[0], table[:3] + 1)
    # Places past the end share the last.
    np.testing.assert_array_equal(layer(ZEROS, np.array([[5, 6, 99], [0, 0, 0]]))[0], table[[5, 5, 5]])
