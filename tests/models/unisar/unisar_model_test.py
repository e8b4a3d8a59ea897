import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.candidate_scores import PADDING_LOGIT
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()
SIZES = {
    "dim": 8,
    "user_dim": 3,
    "item_dim": 4,
    "word_dim": 5,
    "recommendation_history": 7,
    "search_history": 6,
    "expert_units": 5,
    "shared_experts": 2,
    "task_experts": 1,
    "tower_units": (6,),
    "prediction_units": (4,),
    "query_item_negatives": 9,
    "query_item_pairs": 20,
}


def make(dtype=None, **fields):
    model = UniSAR(UniSARConfig(**SIZES | fields), VOCABULARY, dtype=dtype)
    model.build()
    model.set_item_attributes(unisar_batches.item_attributes(VOCABULARY))
    return model


ADDITIONS = {"matching": True, "text_matching": True, "matching_users": True, "matching_negatives": 12}
"""What the paper does not have."""


@pytest.fixture(scope="module", params=[{}, ADDITIONS], ids=["paper", "with_additions"])
def model(request):
    return make(**request.param)


def rows(surface=Surface.SEARCH, **sizes):
    return unisar_batches.rows(VOCABULARY, surface, **sizes)


def assert_same(first, second):
    np.testing.assert_allclose(first, second, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("fields", [{}, ADDITIONS], ids=["paper", "with_additions"])
def test_build_creates_all_weights(fields):
    fresh = make(**fields)
    created = [weight.path for weight in fresh.weights]
    fresh(unisar_batches.joint(VOCABULARY)[0], training=True)
    fresh(rows())
    assert [weight.path for weight in fresh.weights] == created


def test_configuration_survives_json(model):
    again = UniSAR.from_config(json.loads(json.dumps(model.get_config())))
    assert again.config == model.config
    assert again.vocabulary == model.vocabulary


def test_saved_weights_and_saved_model_score_the_same(model, tmp_path):
    expected = model(rows())
    model.save_weights(tmp_path / "model.weights.h5")
    fresh = UniSAR.from_config(model.get_config())
    fresh.build()
    assert np.abs(fresh(rows()) - expected).max() > 1e-3
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert_same(fresh(rows()), expected)
    model.save(tmp_path / "model.keras")
    assert_same(keras.saving.load_model(tmp_path / "model.keras")(rows()), expected)


def test_logits_are_float32_under_mixed_precision():
    logits = make(dtype="mixed_bfloat16")(rows())
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert np.isfinite(logits).all()


def test_a_joint_call_equals_flat_calls(model):
    inputs, _ = unisar_batches.joint(VOCABULARY)
    logits = model(inputs)
    for surface in Surface:
        assert_same(logits[surface.value], model(inputs[surface.value]))


def test_rows_of_both_surfaces_may_be_mixed(model):
    inputs, _ = unisar_batches.joint(VOCABULARY)
    sides = [inputs[surface.value] for surface in Surface]
    mixed = {name: np.concatenate([side[name] for side in sides])[::-1] for name in sides[0]}
    assert_same(np.asarray(model(mixed))[::-1], np.concatenate([model(side) for side in sides]))


def test_the_surface_decides_the_head(model):
    batch = rows()
    other = batch | {features.SURFACE_INDEX: batch[features.SURFACE_INDEX] * 0}
    assert np.abs(model(batch) - model(other)).max() > 1e-3


def test_recommendation_ignores_the_query_and_search_does_not(model):
    for surface, matters in ((Surface.RECOMMENDATION, False), (Surface.SEARCH, True)):
        batch = rows(surface)
        changed = batch | {features.QUERY_WORDS: (batch[features.QUERY_WORDS] + 3) % VOCABULARY.words}
        assert (np.abs(model(batch) - model(changed)).max() > 1e-5) == matters


def test_a_precomputed_table_gives_the_same_scores(model):
    assert_same(model.score(rows(), item_table=model.item_embeddings()), model(rows()))


def test_one_row_equals_its_row_in_a_batch(model):
    batch = rows()
    alone = [model({name: value[row : row + 1] for name, value in batch.items()}) for row in range(3)]
    assert_same(np.concatenate(alone), np.asarray(model(batch))[:3])


def test_candidates_are_scored_by_themselves(model):
    batch = rows()
    order = np.array([3, 0, 4, 1, 2])
    permuted = batch | {features.CANDIDATE_ITEMS: batch[features.CANDIDATE_ITEMS][:, order]}
    assert_same(model(permuted), np.asarray(model(batch))[:, order])
    one = batch | {features.CANDIDATE_ITEMS: batch[features.CANDIDATE_ITEMS][:, 2:3]}
    assert_same(model(one), np.asarray(model(batch))[:, 2:3])


def test_a_padding_candidate_comes_last(model):
    batch = rows()
    batch[features.CANDIDATE_ITEMS][:, 1] = 0
    logits = np.asarray(model(batch))
    assert (logits[:, 1] == PADDING_LOGIT).all()
    assert (logits[:, [0, 2, 3, 4]] > PADDING_LOGIT / 2).all()


def padded(batch, extra=0):
    """The same histories with `extra` more places of padding in front of nothing: places at the end."""
    wider = dict(batch)
    for name in (
        features.RECOMMENDATION_ITEMS,
        features.RECOMMENDATION_POSITIONS,
        features.SEARCH_WORDS,
        features.SEARCH_ITEMS,
        features.SEARCH_POSITIONS,
        features.SEARCH_KINDS,
    ):
        widths = [(0, 0), (0, extra)] + [(0, 0)] * (batch[name].ndim - 2)
        wider[name] = np.pad(batch[name], widths)
    wider[features.SEARCH_ITEMS] = np.pad(wider[features.SEARCH_ITEMS], [(0, 0), (0, 0), (0, extra)])
    wider[features.SEARCH_WORDS] = np.pad(wider[features.SEARCH_WORDS], [(0, 0), (0, 0), (0, extra)])
    wider[features.QUERY_WORDS] = np.pad(batch[features.QUERY_WORDS], [(0, 0), (0, extra)])
    return wider


def test_the_length_of_padding_does_not_matter(model):
    short = rows(recommendation=4, search=3)
    assert_same(model(padded(short, extra=3)), model(short))


def test_what_stands_in_padding_does_not_matter(model):
    batch = rows()
    expected = model(batch)
    padding = batch[features.SEARCH_KINDS] == 0
    assert padding.any()
    batch[features.SEARCH_WORDS][padding] = 7
    batch[features.SEARCH_ITEMS][padding] = 8
    batch[features.SEARCH_POSITIONS][padding] = 5
    batch[features.RECOMMENDATION_POSITIONS][batch[features.RECOMMENDATION_ITEMS] == 0] = 5
    assert_same(model(batch), expected)


EMPTY_SEARCH = (features.SEARCH_KINDS, features.SEARCH_ITEMS, features.SEARCH_WORDS)
EMPTY_FEED = (features.RECOMMENDATION_ITEMS,)


@pytest.mark.parametrize("emptied", [EMPTY_SEARCH, EMPTY_FEED, EMPTY_SEARCH + EMPTY_FEED])
@pytest.mark.parametrize("all_rows", [True, False])
def test_empty_histories_have_finite_scores_losses_and_gradients(emptied, all_rows):
    model = make(dropout=0.0)
    model.compile("adam")
    inputs, labels = unisar_batches.joint(VOCABULARY)
    for side in inputs.values():
        for name in emptied:
            side[name][: None if all_rows else 2] = 0
    with tf.GradientTape() as tape:
        logits = model(inputs, training=True)
        loss = model.compute_loss(inputs, labels, logits)
    assert np.isfinite(loss)
    assert all(np.isfinite(logits[surface.value]).all() for surface in Surface)
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    assert all(np.isfinite(tf.convert_to_tensor(each)).all() for each in gradients if each is not None)
    assert any(np.any(tf.convert_to_tensor(each)) for each in gradients if each is not None)


def test_all_kinds_of_empty_history_score_as_if_padding_were_not_there(model):
    batch = rows()
    for name in EMPTY_SEARCH + EMPTY_FEED:
        batch[name][:] = 0
    shorter = rows(recommendation=1, search=1)
    for name in EMPTY_SEARCH + EMPTY_FEED:
        shorter[name][:] = 0
    for name in (features.USER, features.CANDIDATE_ITEMS, features.QUERY_WORDS):
        shorter[name] = batch[name]
    assert_same(model(batch), model(shorter))


@pytest.mark.parametrize("fields", [{}, ADDITIONS], ids=["paper", "with_additions"])
def test_every_weight_is_trained(fields):
    model = make(dropout=0.0, **fields)
    model.compile("adam")
    inputs, labels = unisar_batches.joint(VOCABULARY)
    with tf.GradientTape() as tape:
        loss = model.compute_loss(inputs, labels, model(inputs, training=True))
    gradients = tape.gradient(loss, [weight.value for weight in model.trainable_weights])
    idle = [weight.path for weight, each in zip(model.trainable_weights, gradients, strict=True) if each is None]
    assert idle == []


ABLATIONS = {
    "search_to_search": False,
    "recommendation_to_recommendation": False,
    "search_to_recommendation": False,
    "recommendation_to_search": False,
    "fusion": False,
    "query_item_contrast": False,
    "history_alignment": False,
}


@pytest.mark.parametrize("switch", ABLATIONS)
def test_a_switch_removes_weights_and_the_rest_still_learns(switch):
    model = make(**{switch: False})
    inputs, labels = unisar_batches.joint(VOCABULARY)
    model.compile("adam")
    logits = model(inputs, training=True)
    assert np.isfinite(model.compute_loss(inputs, labels, logits))
    assert model.count_params() < make().count_params()


@pytest.mark.parametrize("experts", ["shared_bottom", "single_task"])
def test_fewer_experts_have_fewer_weights(experts):
    model = make(experts=experts)
    assert model.count_params() < make().count_params()
    assert model(rows()).shape == (6, 5)


def test_additions_are_additions():
    paper, both = (
        {weight.path.split("/", 1)[1] for weight in make(**fields).trainable_weights} for fields in ({}, ADDITIONS)
    )
    assert paper < both
    assert all(path.startswith("matching/") for path in both - paper)


def test_the_moment_of_a_request_matters(model):
    batch = rows()
    changed = batch | {features.CONTEXT: (batch[features.CONTEXT] + 1) % 4}
    assert np.abs(model(batch) - model(changed)).max() > 1e-5


def test_without_any_search_transition_the_search_history_does_not_matter():
    model = make(search_to_search=False, recommendation_to_search=False, search_to_recommendation=False)
    batch = rows()
    changed = batch | {features.SEARCH_ITEMS: np.where(batch[features.SEARCH_ITEMS] > 0, 3, 0)}
    np.testing.assert_allclose(model(batch), model(changed), rtol=1e-5, atol=1e-6)
    assert list(model.interests) == ["recommendation"]


def test_more_layers_and_heads():
    assert make(num_layers=2, num_heads=4)(rows()).shape == (6, 5)
