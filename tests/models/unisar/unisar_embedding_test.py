import json

import numpy as np

from models.layers.fast.packing import Packing
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import EmbeddingModule, ItemLookup, ItemTable
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

CONFIG = UniSARConfig(dim=8, user_dim=3, item_dim=4, word_dim=5)
VOCABULARY = unisar_batches.vocabulary()


def module():
    layer = EmbeddingModule(CONFIG, VOCABULARY)
    layer.build()
    layer.items.set_attributes(unisar_batches.item_attributes(VOCABULARY))
    return layer


def test_configuration_and_weights():
    layer = module()
    config = json.loads(json.dumps(layer.get_config()))
    assert EmbeddingModule.from_config(config).get_config() == layer.get_config()
    created = len(layer.weights)
    layer(unisar_batches.rows(VOCABULARY, Surface.SEARCH))
    assert len(layer.weights) == created


def test_a_search_token_is_its_query_plus_the_mean_of_its_items():
    layer = module()
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    batch[features.SEARCH_ITEMS][0, 0] = [4, 0, 9]
    batch[features.SEARCH_ITEMS][1, 0] = [0, 0, 0]
    tokens = layer(batch)
    queries = layer.texts(batch[features.SEARCH_WORDS]).numpy()
    items = layer.items(np.array([4, 9])).numpy()
    np.testing.assert_allclose(tokens.search[0, 0], queries[0, 0] + items.mean(0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(tokens.search[1, 0], queries[1, 0], rtol=1e-5)


def test_masks_say_what_is_real():
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    tokens = module()(batch)
    np.testing.assert_array_equal(tokens.recommendation_mask, batch[features.RECOMMENDATION_ITEMS] != 0)
    np.testing.assert_array_equal(tokens.search_mask, batch[features.SEARCH_KINDS] == 1)
    clicked = (batch[features.SEARCH_ITEMS] != 0) & (batch[features.SEARCH_KINDS] == 1)[..., None]
    np.testing.assert_array_equal(tokens.clicked_mask, clicked)


def test_looking_up_gives_the_same_tokens():
    layer = module()
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    items = layer.look_up(batch[features.RECOMMENDATION_ITEMS], batch[features.SEARCH_ITEMS])
    table = ItemLookup(layer.items, ItemTable(layer.items.table()))
    for direct, *looked_up in zip(layer(batch), layer(batch, items=items), layer(batch, items=table), strict=True):
        for each in looked_up:
            np.testing.assert_allclose(direct, each, rtol=1e-4, atol=1e-6)


def test_packed_tokens_are_the_real_ones():
    layer = module()
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    padded, packed = layer(batch), layer(batch, layout=Packing)
    for name in ("recommendation", "recommendation_positions"):
        real = np.asarray(getattr(padded, name))[batch[features.RECOMMENDATION_ITEMS] != 0]
        np.testing.assert_allclose(getattr(packed, name), real, rtol=1e-4, atol=1e-6)
    for name in ("search", "search_positions", "words", "queries", "items", "clicked", "clicked_mask"):
        real = np.asarray(getattr(padded, name))[batch[features.SEARCH_KINDS] != 0]
        np.testing.assert_allclose(getattr(packed, name), real, rtol=1e-4, atol=1e-6)


def test_texts_are_embedded_only_where_they_are_compared():
    assert module().look_up(np.array([3]))._table.texts is None
    layer = EmbeddingModule(UniSARConfig(dim=8, matching=True, text_matching=True), VOCABULARY)
    layer.build()
    values = unisar_batches.item_attributes(VOCABULARY)
    layer.items.set_attributes(values)
    texts = layer.texts(values[features.ITEM_WORDS]).numpy()
    np.testing.assert_allclose(layer.look_up(np.array([3, 5])).texts(np.array([[5]])), texts[[[5]]], rtol=1e-5)
    assert not np.any(layer.look_up(np.array([3])).texts(np.array([0])))
