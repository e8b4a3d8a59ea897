import dataclasses
import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_embedding import EmbeddingModule
from models.vocabulary import Attribute
from tests.support import unisar_batches
from tests.support.layer_case import run_build_test

VOCABULARY = unisar_batches.vocabulary()
SCALE = math.sqrt(8)


@pytest.mark.parametrize(
    ("fields", "weights"),
    # Users, items and words; users alone with items' two categories, id and projection; items alone.
    [({}, 3), ({"item_attributes": True}, 7), ({"user_embedding": False, "query_branch": False}, 1)],
)
def test_layer_contract_and_what_is_switched_off_has_no_weights(fields, weights):
    arguments = {"config": UnifiedSSRConfig(dim=8, **fields), "vocabulary": VOCABULARY}
    layer = run_build_test(EmbeddingModule, arguments, weights)
    assert np.any(layer.users(np.array([1]))) == layer.config.user_embedding


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


@pytest.mark.parametrize("item_attributes", [False, True])
def test_items_are_the_same_from_the_encoder_and_from_a_table_of_all(item_attributes):
    module = make(item_attributes=item_attributes)
    ids = np.array([[3, 1, 3], [28, 0, 1]])
    vectors, table = np.asarray(module.items(ids)), module.item_embeddings()
    assert table.shape == (VOCABULARY.items, 8)
    np.testing.assert_allclose(module.items(ids, table), vectors, rtol=1e-5, atol=1e-6)
    if item_attributes:
        np.testing.assert_allclose(vectors, SCALE * np.asarray(module.item_encoder(ids)), rtol=1e-5, atol=1e-6)
        assert (vectors[1, 1] == 0).all()


def test_titles_and_queries_share_their_words():
    module = make(item_attributes=True)
    assert module.item_encoder.text_encoder is module.texts


@pytest.mark.parametrize("encoded", [False, True], ids=["a table of users", "users with attributes"])
def test_dropped_ids_add_nothing(encoded):
    """In training some ids of items and users count as unknown. Those without a row of their own are unknown always."""
    of_users = (Attribute("age", size=3, dim=2),) if encoded else ()
    vocabulary = dataclasses.replace(VOCABULARY, user_attributes=of_users)
    module = EmbeddingModule(UnifiedSSRConfig(dim=8, item_attributes=True, id_dropout=0.25), vocabulary)
    module.build()
    module.set_item_attributes(unisar_batches.item_attributes(vocabulary))
    if encoded:
        module.set_user_attributes({"age": np.ones(vocabulary.users)})
    tables = {module.items: module.item_encoder.id_embedding}
    tables[module.users] = module.user_encoder.id_embedding if encoded else module.user_table
    for embed, table in tables.items():
        unknown = table.shape[0] - 1
        known, stranger = np.asarray(embed(np.array([1]))), np.asarray(embed(np.array([unknown])))
        start = table.numpy()
        # An item is embedded once a call, however often it is asked for.
        seen = np.concatenate([np.asarray(embed(np.array([1]), training=True)) for _ in range(40)])
        table.assign(np.zeros_like(start))
        without_id = np.asarray(embed(np.array([1])))
        np.testing.assert_allclose(embed(np.array([unknown])), stranger, rtol=1e-5)
        table.assign(start)
        is_known, is_dropped = (np.isclose(seen, each, atol=1e-6).all(axis=1) for each in (known, without_id))
        assert np.all(is_known != is_dropped)
        assert 2 <= is_dropped.sum() <= 22  # Of 40, 10 on average.
