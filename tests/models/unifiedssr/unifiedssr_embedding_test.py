import json
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_embedding import EmbeddingModule
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()
SCALE = math.sqrt(8)


def make(**fields):
    module = EmbeddingModule(UnifiedSSRConfig(dim=8, **fields), VOCABULARY)
    module.build()
    module.set_item_attributes(unisar_batches.item_attributes(VOCABULARY))
    return module


def test_looks_up_and_scales():
    module = make()
    ids = np.array([[3, 1], [3, 0]])
    np.testing.assert_allclose(module.items(ids), SCALE * module.item_table.numpy()[ids], rtol=1e-5)
    np.testing.assert_allclose(module.users(ids), SCALE * module.user_table.numpy()[ids], rtol=1e-5)
    words = module.texts.word_embedding.numpy()
    queries = module.queries(np.array([[2, 0, 5], [0, 0, 0]]))
    np.testing.assert_allclose(queries, [SCALE * (words[2] + words[5]) / 2, np.zeros(8)], rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_only_the_rows_looked_up_have_a_gradient(dtype):
    module = EmbeddingModule(UnifiedSSRConfig(dim=8), VOCABULARY, dtype=dtype)
    module.build()
    with tf.GradientTape() as tape:
        vectors = module.items(np.array([3, 1, 3]))
    assert keras.backend.standardize_dtype(vectors.dtype) == module.compute_dtype
    gradient = tape.gradient(vectors, module.item_table.value)
    assert isinstance(gradient, tf.IndexedSlices)
    np.testing.assert_array_equal(gradient.indices, [3, 1, 3])


def test_items_with_attributes_are_embedded_once_each():
    module = make(item_attributes=True)
    ids = np.array([[3, 1, 3], [28, 0, 1]])
    expected = SCALE * np.asarray(module.item_encoder(ids))
    np.testing.assert_allclose(module.items(ids), expected, rtol=1e-5, atol=1e-6)
    assert (np.asarray(module.items(ids))[1, 1] == 0).all()


def test_a_table_of_all_items_gives_the_same():
    for module in (make(), make(item_attributes=True)):
        ids = np.array([[3, 1, 3], [28, 0, 1]])
        table = module.item_embeddings()
        assert table.shape == (VOCABULARY.items, 8)
        np.testing.assert_allclose(module.items(ids, table), module.items(ids), rtol=1e-5, atol=1e-6)


def test_titles_and_queries_share_their_words():
    module = make(item_attributes=True)
    assert module.item_encoder.text_encoder is module.texts
    assert sum("word_embedding" in weight.path for weight in module.trainable_weights) == 1


def test_what_is_switched_off_has_no_weights():
    names = {weight.name for weight in make(user_embedding=False, query_branch=False).weights}
    assert names == {"item_table"}
    assert make(user_embedding=False).users(np.array([1])) == 0


def test_configuration_survives_json():
    module = make(item_attributes=True)
    again = EmbeddingModule.from_config(json.loads(json.dumps(module.get_config())))
    assert (again.config, again.vocabulary) == (module.config, module.vocabulary)
