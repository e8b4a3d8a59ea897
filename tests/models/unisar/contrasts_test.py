import numpy as np
import pytest
import tensorflow as tf

from models.layers.fast.packing import Flattening, Packing
from models.unisar.contrasts import HISTORY_ALIGNMENT_LOSS, QUERY_ITEM_LOSS, Contrasts, _evenly, _text_keys
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import ItemLookup
from schemas import features
from schemas.canonical_event import Surface
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


def losses_of(model, batch, layout, boundary=None):
    """The losses of a batch, against the same negatives and with the same draws at each first call."""
    tokens = model.embedding(batch, layout=layout)
    lookup = ItemLookup(model.embedding.items)
    return model.contrasts.losses_by_name(tokens, model.extraction(tokens), NEGATIVES, lookup, boundary)


NEGATIVES = np.arange(3, 12, dtype="int32")
PER_SURFACE = [
    f"{name}_{surface}"
    for surface in ("recommendation", "search")
    for name in (QUERY_ITEM_LOSS, HISTORY_ALIGNMENT_LOSS)
]


@pytest.mark.parametrize("layout", [None, Flattening, Packing])
@pytest.mark.parametrize("fields", [{}, {"query_item_pairs": 0, "history_alignment_rows": 0}], ids=["drawn", "all"])
def test_contrasts_per_surface_are_those_of_the_rows_of_each(layout, fields):
    model, apart = unisar(**fields), unisar(contrasts_per_surface=True, **fields)
    apart.set_weights(model.get_weights())
    of_surfaces = rows(Surface.RECOMMENDATION, count=5), rows(Surface.SEARCH, count=3)
    for each in (model, apart):
        each.contrasts.seed.state.assign([1, 2])
    first, second = (losses_of(model, batch, layout) for batch in of_surfaces)
    both = {name: np.concatenate([batch[name] for batch in of_surfaces]) for name in of_surfaces[0]}
    found = losses_of(apart, both, layout, boundary=5)
    assert list(found) == PER_SURFACE
    expected = [loss for losses in (first, second) for loss in losses.values()]
    np.testing.assert_allclose(list(found.values()), expected, rtol=1e-5)
    assert len({round(float(loss), 4) for loss in expected}) == 4


@pytest.mark.parametrize("boundary", [0, 4])
def test_a_surface_without_rows_has_no_contrasts(boundary):
    model = unisar(contrasts_per_surface=True)
    batch = {name: tf.constant(value) for name, value in rows(count=4).items()}
    specs = {name: tf.TensorSpec((None, *value.shape[1:]), value.dtype) for name, value in batch.items()}

    @tf.function(input_signature=[specs, tf.TensorSpec((), "int32")])
    def traced(given, place):
        return losses_of(model, given, Packing, place)

    for values in (losses_of(model, batch, Packing, boundary), traced(batch, boundary)):
        of_none = PER_SURFACE[:2] if boundary == 0 else PER_SURFACE[2:]
        assert {name for name, value in values.items() if float(value) == 0.0} == set(of_none)
        assert np.isfinite(list(values.values())).all()


def test_each_term_counts_as_its_surface():
    weights = {"query_item_weight": 0.5, "history_alignment_weight": 0.25, "search_weight": 3.0}
    found = unisar(contrasts_per_surface=True, recommendation_weight=2.0, **weights).contrasts.terms
    recommendation, search = (Surface.RECOMMENDATION,), (Surface.SEARCH,)
    expected = [(1.0, recommendation), (0.5, recommendation), (1.5, search), (0.75, search)]
    assert found == dict(zip(PER_SURFACE, expected, strict=True))
    # Those of both surfaces together count as they are.
    assert unisar(**weights).contrasts.terms == {
        QUERY_ITEM_LOSS: (0.5, tuple(Surface)),
        HISTORY_ALIGNMENT_LOSS: (0.25, tuple(Surface)),
    }


@pytest.mark.parametrize(("size", "most", "kept"), [(6, 0, [0, 1, 2, 3, 4, 5]), (6, 3, [0, 2, 4]), (2, 3, [0, 1])])
def test_rows_are_picked_evenly(size, most, kept):
    assert np.asarray(_evenly(size, most)(np.arange(size))).tolist() == kept


def test_equal_texts_have_equal_keys_and_others_do_not():
    keys = np.asarray(_text_keys(np.array([[1, 2, 0], [1, 2, 0], [2, 1, 0], [1, 2, 1]], "int32")))
    assert keys[0] == keys[1]
    assert len(set(keys.tolist())) == 3


def sides(kinds, clicks, items):
    """A joint batch of two rows of the feed, then three of search: the histories of all."""
    columns = {
        features.SEARCH_KINDS: np.array(kinds),
        features.RECOMMENDATION_ITEMS: np.array(clicks),
        features.SEARCH_ITEMS: np.array(items),
    }
    parts = {"recommendation": slice(0, 2), "search": slice(2, 5)}
    return {surface: {name: value[part] for name, value in columns.items()} for surface, part in parts.items()}


def left_out(inputs, **fields):
    found = unisar(**fields).contrasts.left_out(inputs)
    return {name: (float(left), float(of)) for name, (left, of) in found.items()}


def test_what_the_contrasts_leave_out_is_told_by_cause():
    inputs = sides(
        kinds=[[1, 1], [0, 0], [1, 0], [1, 1], [1, 0]],
        clicks=[[3], [3], [0], [4], [5]],
        # What stands at padding is no click.
        items=[[[7, 8], [9, 0]], [[6, 6], [0, 0]], [[0, 0], [6, 6]], [[1, 0], [2, 0]], [[3, 4], [0, 0]]],
    )
    # The second and the third row lack a kind, and clicks; seven pairs are there.
    assert left_out(inputs, history_alignment_rows=0, query_item_pairs=0) == {
        "alignment_beyond_most": (0, 5),
        "alignment_one_kind": (2, 5),
        "query_item_without_click": (2, 5),
        "query_item_pairs_not_drawn": (0, 7),
    }
    # Of five rows, two are picked evenly: the first and the third.
    found = left_out(inputs, history_alignment_rows=2, query_item_pairs=3)
    assert found["alignment_beyond_most"] == (3, 5) and found["alignment_one_kind"] == (1, 5)
    assert found["query_item_pairs_not_drawn"] == (4, 7)
    # Of the feed's two rows all are picked, of search's three the first two. Of four pairs of search, three are drawn.
    found = left_out(inputs, history_alignment_rows=2, query_item_pairs=3, contrasts_per_surface=True)
    assert found["alignment_beyond_most"] == (1, 5) and found["alignment_one_kind"] == (2, 5)
    assert found["query_item_pairs_not_drawn"] == (1, 7)


def test_a_loss_that_is_off_leaves_nothing_out():
    inputs = sides(kinds=[[1]] * 5, clicks=[[3]] * 5, items=[[[7]]] * 5)
    assert set(left_out(inputs, query_item_contrast=False)) == {"alignment_beyond_most", "alignment_one_kind"}
    assert set(left_out(inputs, history_alignment=False)) == {"query_item_without_click", "query_item_pairs_not_drawn"}
