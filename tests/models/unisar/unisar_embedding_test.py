import numpy as np

from models.layers.fast.packing import Packing
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import EmbeddingModule, ItemLookup, ItemTable
from schemas import features
from tests.support import unisar_batches
from tests.support.layer_case import run_build_test
from tests.support.small_models import VOCABULARY, rows

CONFIG = UniSARConfig(dim=8, user_dim=3, item_dim=4, word_dim=5)


def module():
    layer = EmbeddingModule(CONFIG, VOCABULARY)
    layer.build()
    layer.items.set_attributes(unisar_batches.item_attributes(VOCABULARY))
    return layer


def test_layer_contract():
    # Texts 3, users 3, items with two categories 5, context 2, and what stands for recommendation's query.
    run_build_test(EmbeddingModule, {"config": CONFIG, "vocabulary": VOCABULARY}, 14, {"history": rows()})


def test_a_search_token_is_its_query_plus_the_mean_of_its_items():
    layer = module()
    batch = rows()
    batch[features.SEARCH_ITEMS][0, 0] = [4, 0, 9]
    batch[features.SEARCH_ITEMS][1, 0] = [0, 0, 0]
    tokens = layer(batch)
    queries = layer.texts(batch[features.SEARCH_WORDS]).numpy()
    items = layer.items(np.array([4, 9])).numpy()
    np.testing.assert_allclose(tokens.search[0, 0], queries[0, 0] + items.mean(0), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(tokens.search[1, 0], queries[1, 0], rtol=1e-5)


def test_masks_say_what_is_real():
    batch = rows()
    tokens = module()(batch)
    np.testing.assert_array_equal(tokens.recommendation_mask, batch[features.RECOMMENDATION_ITEMS] != 0)
    np.testing.assert_array_equal(tokens.search_mask, batch[features.SEARCH_KINDS] == 1)
    clicked = (batch[features.SEARCH_ITEMS] != 0) & (batch[features.SEARCH_KINDS] == 1)[..., None]
    np.testing.assert_array_equal(tokens.clicked_mask, clicked)


def test_looking_up_gives_the_same_tokens():
    layer = module()
    batch = rows()
    items = layer.look_up(batch[features.RECOMMENDATION_ITEMS], batch[features.SEARCH_ITEMS])
    table = ItemLookup(layer.items, ItemTable(layer.items.table()))
    for direct, *looked_up in zip(layer(batch), layer(batch, items=items), layer(batch, items=table), strict=True):
        for each in looked_up:
            np.testing.assert_allclose(direct, each, rtol=1e-4, atol=1e-6)


def test_packed_tokens_are_the_real_ones():
    layer = module()
    batch = rows()
    padded, packed = layer(batch), layer(batch, layout=Packing)
    for name, values in padded._asdict().items():
        if name not in ("recommendation_mask", "search_mask"):
            kind = features.RECOMMENDATION_ITEMS if name.startswith("recommendation") else features.SEARCH_KINDS
            real = np.asarray(values)[batch[kind] != 0]
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
