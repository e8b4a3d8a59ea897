import numpy as np
import pytest

from models.unisar.contrasts import HISTORY_ALIGNMENT_LOSS, QUERY_ITEM_LOSS, Contrasts, _evenly, _text_keys
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import ItemLookup
from schemas import features
from tests.support.layer_case import run_build_test
from tests.support.small_models import SEARCH_HISTORY, UNISAR_SIZES, VOCABULARY, rows, unisar


def losses(batch, **fields):
    model = unisar(**fields)
    tokens = model.embedding(batch)
    transitions = model.extraction(tokens)
    negatives = model.contrasts.draw_items(VOCABULARY.items)
    values = model.contrasts.losses_by_name(tokens, transitions, negatives, ItemLookup(model.embedding.items))
    return {name: float(value) for name, value in values.items()}


@pytest.mark.parametrize(
    ("fields", "names", "weights"),
    [
        ({}, [QUERY_ITEM_LOSS, HISTORY_ALIGNMENT_LOSS], 6),
        ({"query_item_contrast": False}, [HISTORY_ALIGNMENT_LOSS], 4),
        ({"query_item_weight": 0.0}, [HISTORY_ALIGNMENT_LOSS], 4),
        ({"history_alignment": False}, [QUERY_ITEM_LOSS], 2),
        ({"history_alignment_weight": 0.0}, [QUERY_ITEM_LOSS], 2),
        ({"search_to_search": False}, [QUERY_ITEM_LOSS, HISTORY_ALIGNMENT_LOSS], 4),
        ({"search_to_search": False, "search_to_recommendation": False}, [QUERY_ITEM_LOSS], 2),
    ],
)
def test_layer_contract_and_what_a_switch_removes(fields, names, weights):
    layer = run_build_test(Contrasts, {"config": UniSARConfig(**UNISAR_SIZES, **fields)}, weights)
    values = losses(rows(), **fields)
    assert list(layer.weights_by_name) == list(values) == names
    assert all(0 < value < 100 for value in values.values())


def test_rows_with_one_kind_alone_do_not_matter_to_the_alignment():
    batch, model = rows(), unisar()
    for name in SEARCH_HISTORY:
        batch[name][:2] = 0
    batch[features.RECOMMENDATION_ITEMS][2] = 0

    def alignment(part):
        tokens = model.embedding(part)
        return float(model.contrasts.alignment_loss(tokens, model.extraction(tokens)))

    expected = alignment({name: value[3:] for name, value in batch.items()})
    assert expected > 0
    np.testing.assert_allclose(alignment(batch), expected, rtol=1e-5)
    assert alignment({name: value[:3] for name, value in batch.items()}) == 0.0


def test_no_searches_at_all_cost_nothing():
    nothing = rows() | {name: rows()[name] * 0 for name in SEARCH_HISTORY}
    assert losses(nothing) == {QUERY_ITEM_LOSS: 0.0, HISTORY_ALIGNMENT_LOSS: 0.0}


@pytest.mark.parametrize(
    "fields", [{"query_item_pairs": 0}, {"history_alignment_rows": 0}, {"history_alignment_rows": 2}]
)
def test_all_pairs_and_all_rows_can_be_asked_for(fields):
    assert all(0 < value < 100 for value in losses(rows(), **fields).values())


@pytest.mark.parametrize(("size", "most", "kept"), [(6, 0, [0, 1, 2, 3, 4, 5]), (6, 3, [0, 2, 4]), (2, 3, [0, 1])])
def test_rows_are_picked_evenly(size, most, kept):
    assert np.asarray(_evenly(size, most)(np.arange(size))).tolist() == kept


def test_equal_texts_have_equal_keys_and_others_do_not():
    keys = np.asarray(_text_keys(np.array([[1, 2, 0], [1, 2, 0], [2, 1, 0], [1, 2, 1]], "int32")))
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 3
