import json

import numpy as np

from models.unisar.config import UniSARConfig
from models.unisar.embedding_module import EmbeddingModule
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


def test_a_table_gives_the_same_tokens():
    layer = module()
    batch = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    for direct, looked_up in zip(layer(batch), layer(batch, layer.items.table()), strict=True):
        np.testing.assert_allclose(direct, looked_up, rtol=1e-4, atol=1e-6)


def test_the_table_is_made_only_where_it_is_cheaper():
    layer = module()
    assert layer.table_for(VOCABULARY.items).shape == (VOCABULARY.items, 8)
    assert layer.table_for(VOCABULARY.items - 1) is None
    assert layer.table_for(None).shape == (VOCABULARY.items, 8)
    small = EmbeddingModule(UniSARConfig(dim=8, whole_catalogue_up_to=3), VOCABULARY)
    small.build()
    assert small.table_for(None) is None
