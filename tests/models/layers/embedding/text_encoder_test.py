import numpy as np
import pytest

from models.layers.embedding.text_encoder import TextEncoder
from tests.support.layer_case import run_layer_test


def encoder():
    layer = TextEncoder(words=4, word_dim=2, dim=2)
    layer.build()
    layer.word_embedding.assign([[9.0, 9.0], [1.0, 0.0], [0.0, 2.0], [0.5, 0.5]])
    layer.projection.kernel.assign([[1.0, 0.0], [0.0, 1.0]])
    layer.projection.bias.assign([0.1, 0.2])
    return layer


def test_layer_contract():
    words = np.array([[1, 2, 0], [3, 0, 0]], "int32")
    run_layer_test(TextEncoder, {"words": 4, "word_dim": 5, "dim": 6}, {"word_ids": words}, (2, 6), trainable_weights=3)


def test_mean_of_the_words_then_dense_and_tanh():
    # The mean of (1, 0) and (0, 2) is (0.5, 1); padding does not count.
    np.testing.assert_allclose(encoder()(np.array([[1, 0, 2, 0]])), np.tanh([[0.6, 1.2]]), rtol=1e-6)


def test_padding_and_its_place_change_nothing():
    layer = encoder()
    expected = layer(np.array([[3, 1]]))
    for padded in ([[3, 1, 0, 0]], [[0, 3, 0, 1]]):
        np.testing.assert_allclose(layer(np.array(padded)), expected, rtol=1e-6)


def test_a_text_without_words_is_the_bias():
    np.testing.assert_allclose(encoder()(np.array([[0, 0]])), np.tanh([[0.1, 0.2]]), rtol=1e-6)


def test_without_projection_the_mean_itself_comes_out():
    layer = TextEncoder(words=4, word_dim=2, dim=2, project=False)
    layer.build()
    layer.word_embedding.assign([[9.0, 9.0], [1.0, 0.0], [0.0, 2.0], [0.5, 0.5]])
    np.testing.assert_allclose(layer(np.array([[1, 0, 2, 0], [0, 0, 0, 0]])), [[0.5, 1], [0, 0]])
    assert len(layer.weights) == 1


def test_without_projection_the_widths_are_equal():
    with pytest.raises(ValueError, match="Without projection `dim` should be `word_dim`. Received: word_dim=3, dim=2"):
        TextEncoder(words=4, word_dim=3, dim=2, project=False)
