import numpy as np
import pytest

from models.unisar.contrasts import HISTORY_ALIGNMENT_LOSS, QUERY_ITEM_LOSS, Contrasts, _evenly, _text_keys
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import ItemLookup
from models.unisar.unisar_model import UniSAR
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()
SIZES = {"dim": 8, "recommendation_history": 7, "search_history": 6, "query_item_negatives": 9, "query_item_pairs": 50}


def losses(batch, **fields):
    model = UniSAR(UniSARConfig(**SIZES, **fields), VOCABULARY)
    model.build()
    tokens = model.embedding(batch)
    transitions = model.extraction(tokens)
    negatives = model.contrasts.draw_items(VOCABULARY.items)
    values = model.contrasts.losses_by_name(tokens, transitions, negatives, ItemLookup(model.embedding.items))
    return {name: float(value) for name, value in values.items()}


def batch():
    return unisar_batches.rows(VOCABULARY, Surface.SEARCH)


def test_both_losses_are_positive():
    values = losses(batch())
    assert list(values) == [QUERY_ITEM_LOSS, HISTORY_ALIGNMENT_LOSS]
    assert all(0 < value < 100 for value in values.values())


@pytest.mark.parametrize(
    ("fields", "names", "weights"),
    [
        ({}, [QUERY_ITEM_LOSS, HISTORY_ALIGNMENT_LOSS], 6),
        ({"query_item_contrast": False}, [HISTORY_ALIGNMENT_LOSS], 4),
        ({"query_item_weight": 0.0}, [HISTORY_ALIGNMENT_LOSS], 4),
        ({"history_alignment": False}, [QUERY_ITEM_LOSS], 2),
        ({"search_to_search": False}, [QUERY_ITEM_LOSS, HISTORY_ALIGNMENT_LOSS], 4),
        ({"search_to_search": False, "search_to_recommendation": False}, [QUERY_ITEM_LOSS], 2),
    ],
)
def test_a_switch_removes_a_loss_and_its_weights(fields, names, weights):
    layer = Contrasts(UniSARConfig(**SIZES, **fields))
    layer.build()
    assert list(layer.weights_by_name) == names
    assert len(layer.trainable_weights) == weights
    assert list(losses(batch(), **fields)) == names


def test_rows_with_one_kind_alone_do_not_matter_to_the_alignment():
    rows = batch()
    for name in (features.SEARCH_KINDS, features.SEARCH_ITEMS, features.SEARCH_WORDS):
        rows[name][:2] = 0
    for name in (features.RECOMMENDATION_ITEMS,):
        rows[name][2] = 0
    model = UniSAR(UniSARConfig(**SIZES), VOCABULARY)
    model.build()

    def alignment(part):
        tokens = model.embedding(part)
        return float(model.contrasts.alignment_loss(tokens, model.extraction(tokens)))

    expected = alignment({name: value[3:] for name, value in rows.items()})
    assert expected > 0
    np.testing.assert_allclose(alignment(rows), expected, rtol=1e-5)
    assert alignment({name: value[:3] for name, value in rows.items()}) == 0.0


def test_no_searches_at_all_cost_nothing():
    rows = batch()
    for name in (features.SEARCH_KINDS, features.SEARCH_ITEMS, features.SEARCH_WORDS):
        rows[name][:] = 0
    assert losses(rows) == {QUERY_ITEM_LOSS: 0.0, HISTORY_ALIGNMENT_LOSS: 0.0}


def test_all_pairs_and_all_rows_can_be_asked_for():
    values = losses(batch(), history_alignment_rows=0) | losses(batch() | {}, history_alignment_rows=2)
    assert np.isfinite(list(values.values())).all()


@pytest.mark.parametrize(("size", "most", "kept"), [(6, 0, [0, 1, 2, 3, 4, 5]), (6, 3, [0, 2, 4]), (2, 3, [0, 1])])
def test_rows_are_picked_evenly(size, most, kept):
    assert np.asarray(_evenly(size, most)(np.arange(size))).tolist() == kept


def test_equal_texts_have_equal_keys_and_others_do_not():
    keys = np.asarray(_text_keys(np.array([[1, 2, 0], [1, 2, 0], [2, 1, 0], [1, 2, 1]], "int32")))
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 3
