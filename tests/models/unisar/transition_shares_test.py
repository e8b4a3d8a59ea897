import keras
import numpy as np
import pytest

from models.layers.fast.layer_norm import EPSILON
from models.unisar import transition_shares
from models.unisar.unisar_embedding import EmbeddingModule
from schemas import features
from schemas.canonical_event import Surface
from tests.support import small_models, unisar_batches
from tests.support.small_models import SEARCH_HISTORY, VOCABULARY

R, S = "recommendation", "search"
SWITCHES = (
    {},
    {"num_layers": 2},
    {"fusion": False},
    {"fusion": False, "num_layers": 2},
    {"search_to_recommendation": False},
    {"recommendation_to_recommendation": False, "num_layers": 2},
    {"search_to_search": False, "recommendation_to_search": False},
)


def rows(surface=Surface.SEARCH, **sizes):
    return unisar_batches.rows(VOCABULARY, surface, **sizes)


def traced(model, inputs):
    tokens = model.embedding({name: inputs[name] for name in EmbeddingModule.HISTORY_FEATURES})
    return *transition_shares.trace(tokens, model.extraction, model.fusions), tokens


def shuffled(model, seed=3):
    """The model with other weights than at the start, where biases are 0 and scales are 1."""
    random = np.random.default_rng(seed)
    for weight in model.extraction.weights + [each for fusion in model.fusions.values() for each in fusion.weights]:
        weight.assign(weight + random.normal(scale=0.3, size=weight.shape))
    return model


@pytest.mark.parametrize("fields", SWITCHES)
def test_it_follows_the_tokens_that_the_model_computes_and_shares_add_up(fields):
    model = shuffled(small_models.unisar(**fields))
    histories, _, tokens = traced(model, rows())
    fused = model.fuse(tokens, model.extraction(tokens))
    assert histories.keys() == fused.keys()
    for kind, history in histories.items():
        sequence, mask = (np.asarray(each) for each in fused[kind])
        np.testing.assert_allclose(np.asarray(history.sequence)[mask], sequence[mask], rtol=1e-5, atol=1e-5)
        parts = np.stack([history.itself, history.same, history.other])[:, mask]
        np.testing.assert_allclose(parts.sum(axis=0), 1, rtol=1e-5)
        assert parts.min() >= -1e-6


@pytest.mark.parametrize("fields", SWITCHES)
def test_shares_of_what_candidates_take_add_up_to_one_for_each_history(fields):
    model = shuffled(small_models.unisar(**fields))
    for surface in Surface:
        found, _ = model.transition_shares(rows(surface), surface)
        for names in (("r_itself", "r2r", "s2r"), ("s_itself", "s2s", "r2s")):
            if names[0] in found:
                assert sum(float(found[name]) for name in names) == pytest.approx(1, rel=1e-5)


def one_of_each():
    """A row with one recommendation token and one search token."""
    inputs = {name: value[:1] for name, value in rows(candidates=3).items()}
    inputs[features.RECOMMENDATION_ITEMS][0] = [5, 0, 0, 0, 0, 0, 0]
    inputs[features.SEARCH_KINDS][0] = [1, 0, 0, 0, 0, 0]
    inputs[features.RECOMMENDATION_POSITIONS][0, 0], inputs[features.SEARCH_POSITIONS][0, 0] = 0, 1
    return inputs


def kernels(layer):
    return np.asarray(layer.kernel, "float64"), np.asarray(layer.bias, "float64")


def norm(layer, vector):
    centred = vector - vector.mean()
    scale, offset = np.asarray(layer.scale, "float64"), np.asarray(layer.offset, "float64")
    return centred / np.sqrt((centred**2).mean() + EPSILON) * scale + offset


def share(layer, kept, added):
    lengths = [np.linalg.norm(np.asarray(layer.scale) * (each - each.mean())) for each in (kept, added)]
    return lengths[1] / sum(lengths)


def test_a_token_of_each_kind_by_hand():
    """The token sees itself within its kind, so it is itself but for s2r's share of what s2r's share of fusion is."""
    model = shuffled(small_models.unisar())
    inputs = one_of_each()
    histories, by_layer, tokens = traced(model, inputs)
    extraction = model.extraction
    (cross,) = extraction.cross_encoder
    places = np.asarray(extraction.cross_positions.embedding, "float64")
    click, search = (np.asarray(each, "float64")[0, 0] for each in (tokens.recommendation, tokens.search))

    def brought(kernel, bias, output, source):  # Values are the last part; one key has the weight 1.
        return (source @ kernel + bias)[-8:] @ np.asarray(output.kernel, "float64")

    first, second = click + places[0], search + places[1]
    s2r = share(cross.residual.norm, first, brought(*kernels(cross.query_key_value), cross.output_projection, second))
    np.testing.assert_allclose(by_layer["s2r_1"], s2r, rtol=1e-5)

    across = np.asarray(extraction(tokens).search_to_recommendation, "float64")[0, 0]
    within = np.asarray(extraction(tokens).recommendation_to_recommendation, "float64")[0, 0]
    (block,) = model.fusions[R].blocks
    attention = block.self_attention
    own = brought(*kernels(attention.query_key_value), attention.output_projection, within)
    between = norm(block.self_residual.norm, within + own + np.asarray(attention.output_projection.bias))
    cross_attention = block.cross_attention
    memory = brought(*kernels(cross_attention.key_value), cross_attention.output_projection, across)
    fused = share(block.cross_residual.norm, between, memory)
    np.testing.assert_allclose(by_layer["fusion_r_1"], fused, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(histories[R].other)[0, 0], s2r * fused, rtol=1e-5)
    np.testing.assert_allclose(np.asarray(histories[R].same)[0, 0], 0, atol=1e-6)
    # One token is all that a candidate can take.
    found, _ = model.transition_shares(inputs, Surface.SEARCH)
    np.testing.assert_allclose(found["s2r"], s2r * fused, rtol=1e-5)


def test_what_attention_brings_nothing_counts_nothing():
    model = shuffled(small_models.unisar())
    model.extraction.cross_encoder[0].output_projection.kernel.assign(np.zeros((8, 8)))
    found, by_layer = model.transition_shares(rows(), Surface.SEARCH)
    assert [float(found[name]) for name in ("s2r", "r2s")] == [0, 0]
    assert [float(by_layer[name]) for name in ("s2r_1", "r2s_1")] == [0, 0]
    assert float(found["r2r"]) > 0.05 < float(found["s2s"])


def test_a_history_of_one_kind_takes_nothing_from_the_other():
    model = shuffled(small_models.unisar(num_layers=2))
    inputs = rows()
    for name in SEARCH_HISTORY:
        inputs[name][:] = 0
    found, by_layer = model.transition_shares(inputs, Surface.SEARCH)
    assert float(found["s2r"]) == float(by_layer["s2r_1"]) == 0 < float(found["r2r"])
    # No row has a search history, so nothing is a share of it.
    assert [float(found[name]) for name in ("s_itself", "s2s", "r2s")] == [0, 0, 0]


def test_with_a_second_layer_clicks_come_back_to_clicks_by_way_of_searches():
    """Tokens that r2r alone would bring, though r2r brings nothing here, and fusion takes each token from itself."""
    fields = {"recommendation_to_recommendation": False, "search_to_search": False}
    inputs = rows()
    for layers, comes_back in ((1, False), (2, True)):
        model = shuffled(small_models.unisar(num_layers=layers, **fields))
        found, _ = model.transition_shares(inputs, Surface.SEARCH)
        assert (float(found["r2r"]) > 0.01) == comes_back
        assert float(found["s2r"]) > 0.05


def test_neither_padding_nor_rows_without_a_history_matter():
    model = shuffled(small_models.unisar())
    inputs = rows(recommendation=5, search=4)
    found, by_layer = model.transition_shares(inputs, Surface.SEARCH)
    wider = {name: value.copy() for name, value in inputs.items()}
    for name in EmbeddingModule.HISTORY_FEATURES:
        pad = [(0, 0), (0, 2), *[(0, 0)] * (inputs[name].ndim - 2)]
        wider[name] = np.pad(inputs[name], pad)
    empty = {name: np.concatenate([value, value[:2]]) for name, value in wider.items()}
    for name in EmbeddingModule.HISTORY_FEATURES:
        empty[name][-2:] = 0
    empty[features.CANDIDATE_ITEMS] = np.pad(empty[features.CANDIDATE_ITEMS], [(0, 0), (0, 3)])
    again, by_layer_again = model.transition_shares(empty, Surface.SEARCH)
    for values, others in ((found, again), (by_layer, by_layer_again)):
        assert values.keys() == others.keys()
        for name in values:
            assert float(others[name]) == pytest.approx(float(values[name]), rel=1e-4), name


def test_pooling_weighs_tokens_as_target_attention_does_and_leaves_padding_out():
    history = transition_shares.History(
        sequence=None,
        mask=np.array([[True, True], [True, False], [False, False]]),
        itself=np.array([[0.5, 0.25], [1.0, 7.0], [7.0, 7.0]], "float32"),
        same=np.array([[0.25, 0.25], [0.0, 7.0], [7.0, 7.0]], "float32"),
        other=np.array([[0.25, 0.5], [0.0, 7.0], [7.0, 7.0]], "float32"),
    )
    weights = np.array([[[0.5, 0.5], [1, 0]], [[1, 0], [1, 0]], [[0, 0], [0, 0]]], "float32")
    real = np.array([[True, True], [True, False], [True, True]])
    found = transition_shares.pooled(history, weights, real)
    # Three candidates count: halves of both tokens, the first token, and the only one of the second row.
    wanted = {"itself": (0.375 + 0.5 + 1) / 3, "same": (0.25 + 0.25) / 3, "other": (0.375 + 0.25) / 3}
    assert {name: float(keras.ops.convert_to_numpy(value)) for name, value in found.items()} == pytest.approx(wanted)


def test_mixed_precision_tells_nearly_the_same():
    whole, half = (small_models.unisar(dtype=dtype) for dtype in ("float32", "mixed_bfloat16"))
    half.set_weights(whole.get_weights())
    first, second = (model.transition_shares(rows(), Surface.SEARCH)[0] for model in (whole, half))
    for name, value in first.items():
        assert second[name].dtype == "float32" and float(second[name]) == pytest.approx(float(value), abs=0.03)
