import numpy as np
import pytest

from models.layers.embedding.text_encoder import TextEncoder
from tests.support.layer_case import run_layer_test


def encoder(project=True):
    layer = TextEncoder(words=4, word_dim=2, dim=2, project=project)
    layer.build()
    layer.word_embedding.assign([[9.0, 9.0], [1.0, 0.0], [0.0, 2.0], [0.5, 0.5]])
    if project:
        layer.projection.kernel.assign([[1.0, 0.0], [0.0, 1.0]])
        layer.projection.bias.assign([0.1, 0.2])
    return layer


def test_layer_contract():
    words = np.array([[1, 2, 0], [3, 0, 0]], "int32")
    run_layer_test(TextEncoder, {"words": 4, "word_dim": 5, "dim": 6}, {"word_ids": words}, (2, 6), trainable_weights=3)


@pytest.mark.parametrize("training", [False, True])
def test_mean_of_the_words_then_dense_and_tanh(training):
    # The mean of (1, 0) and (0, 2) is (0.5, 1). Padding does not count, wherever it stands.
    texts = np.array([[1, 0, 2, 0], [0, 1, 2, 0], [0, 0, 0, 0]])
    means, bias = np.array([[0.5, 1.0], [0.5, 1.0], [0.0, 0.0]]), [0.1, 0.2]
    np.testing.assert_allclose(encoder()(texts, training=training), np.tanh(means + bias), rtol=1e-6)
    without = encoder(project=False)
    np.testing.assert_allclose(without(texts, training=training), means, rtol=1e-6)
    assert len(without.weights) == 1


def test_without_projection_the_widths_are_equal():
    with pytest.raises(ValueError, match="Without projection `dim` should be `word_dim`. Received: word_dim=3, dim=2"):
        TextEncoder(words=4, word_dim=3, dim=2, project=False)
