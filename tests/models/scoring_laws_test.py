"""What both models keep, whatever their configuration: building, saving, and what a score may depend on."""

import json

import keras
import numpy as np
import pytest

from models.candidate_scores import PADDING_LOGIT
from schemas import features
from schemas.canonical_event import Surface
from tests.support import small_models
from tests.support.small_models import HISTORY, VOCABULARY, assert_same, joint, rows, unifiedssr, unisar

MODELS = {
    "unisar": (unisar, {}),
    "unisar_with_additions": (unisar, small_models.UNISAR_ADDITIONS),
    "unisar_with_options": (unisar, {"gate_units": (3,), "contrasts_per_surface": True}),
    "unifiedssr": (unifiedssr, {}),
    "unifiedssr_with_additions": (unifiedssr, {"item_attributes": True, "loss": "softmax"}),
    "unifiedssr_with_options": (
        unifiedssr,
        {"query_branch_in_recommendation": True, "share_branches": False, "share_surfaces": False},
    ),
}
REFERENCE = {"unifiedssr_reference": (unifiedssr, {"reference_peculiarities": True})}
"""It builds and saves as the others do; its scores depend on padding."""


def made(name, **more):
    make, fields = (MODELS | REFERENCE)[name]
    return make(**fields | more)


@pytest.fixture(scope="module", params=MODELS)
def model(request):
    return made(request.param)


@pytest.mark.parametrize("name", MODELS | REFERENCE)
def test_build_creates_all_weights_and_a_saved_model_scores_the_same(name, tmp_path):
    saved, fresh = made(name), made(name)
    created = [weight.path for weight in saved.weights]
    saved(joint()[0], training=True)
    expected = saved(rows())
    assert [weight.path for weight in saved.weights] == created
    saved.save_weights(tmp_path / "model.weights.h5")
    assert np.abs(fresh(rows()) - expected).max() > 1e-3
    fresh.load_weights(tmp_path / "model.weights.h5")
    assert_same(fresh(rows()), expected)
    saved.save(tmp_path / "model.keras")
    assert_same(keras.saving.load_model(tmp_path / "model.keras")(rows()), expected)


def test_configuration_survives_json(model):
    again = type(model).from_config(json.loads(json.dumps(model.get_config())))
    assert (again.config, again.vocabulary) == (model.config, model.vocabulary)


@pytest.mark.parametrize("name", MODELS)
def test_logits_are_float32_under_mixed_precision(name):
    logits = made(name, dtype="mixed_bfloat16")(rows())
    assert keras.backend.standardize_dtype(logits.dtype) == "float32"
    assert np.isfinite(logits).all()


def test_a_joint_call_and_mixed_rows_equal_rows_of_one_surface(model):
    inputs, _ = joint()
    sides = [inputs[surface.value] for surface in Surface]
    alone = [np.asarray(model(side)) for side in sides]
    for surface, expected in zip(Surface, alone, strict=True):
        outputs = model(inputs)[surface.value]
        assert_same(outputs["logits"] if isinstance(outputs, dict) else outputs, expected)
    mixed = {name: np.concatenate([side[name] for side in sides])[::-1] for name in sides[0]}
    assert_same(np.asarray(model(mixed))[::-1], np.concatenate(alone))


def test_a_precomputed_table_gives_the_same_scores(model):
    assert_same(model.score(rows(), item_table=model.item_embeddings()), model(rows()))


@pytest.mark.parametrize("surface", list(Surface))
def test_neither_other_rows_nor_other_candidates_matter(model, surface):
    batch = rows(surface)
    scores = np.asarray(model(batch))
    alone = [model({name: value[row : row + 1] for name, value in batch.items()}) for row in range(3)]
    assert_same(np.concatenate(alone), scores[:3])
    for order in ([3, 0, 4, 1, 2], [2]):
        permuted = batch | {features.CANDIDATE_ITEMS: batch[features.CANDIDATE_ITEMS][:, order]}
        assert_same(model(permuted), scores[:, order])


def test_a_padding_candidate_comes_last(model):
    batch = rows()
    batch[features.CANDIDATE_ITEMS][:, 1] = 0
    logits = np.asarray(model(batch))
    assert (logits[:, 1] == PADDING_LOGIT).all()
    assert (logits[:, [0, 2, 3, 4]] > PADDING_LOGIT / 2).all()


@pytest.mark.parametrize("surface", list(Surface))
def test_neither_length_nor_content_of_padding_matters(model, surface):
    batch = rows(surface, recommendation=4, search=3)
    changed = {name: value.copy() for name, value in batch.items()}
    padding = batch[features.SEARCH_KINDS] == 0
    assert padding.any()
    changed[features.SEARCH_WORDS][padding] = 7
    changed[features.SEARCH_ITEMS][padding] = 8
    changed[features.SEARCH_POSITIONS][padding] = 5
    changed[features.RECOMMENDATION_POSITIONS][batch[features.RECOMMENDATION_ITEMS] == 0] = 5
    # Three more places for tokens, and three for the items and the words of each.
    for name in (*HISTORY, features.RECOMMENDATION_POSITIONS, features.SEARCH_POSITIONS, features.QUERY_WORDS):
        changed[name] = np.pad(changed[name], [(0, 0), *[(0, 3)] * (changed[name].ndim - 1)])
    assert_same(model(changed), model(batch))


@pytest.mark.parametrize("surface", list(Surface))
def test_an_empty_history_scores_as_if_its_padding_were_not_there(model, surface):
    batch = rows(surface)
    empty = batch | {name: batch[name] * 0 for name in HISTORY}
    histories = {name for name in batch if name.startswith(("recommendation_", "search_"))}
    shortest = {name: value[:, :1] if name in histories else value for name, value in empty.items()}
    assert np.isfinite(model(empty)).all()
    assert_same(model(empty), model(shortest))


@pytest.mark.parametrize("emptied", [small_models.SEARCH_HISTORY, (features.RECOMMENDATION_ITEMS,), HISTORY])
@pytest.mark.parametrize("some", [None, 2], ids=["all_rows", "two_rows"])
@pytest.mark.parametrize(
    ("make", "fields"),
    [(unisar, {}), (unifiedssr, {}), (unifiedssr, {"loss": "softmax"})],
    ids=["unisar", "binary", "softmax"],
)
def test_empty_histories_have_finite_losses_and_gradients(make, fields, emptied, some):
    inputs, labels = joint()
    for side in inputs.values():
        for name in emptied:
            side[name][:some] = 0
    loss, gradients = small_models.loss_and_gradients(make(dropout=0.0, **fields), inputs, labels)
    assert np.isfinite(loss)
    known = [each for each in gradients.values() if each is not None]
    assert all(np.isfinite(each).all() for each in known)
    assert any(np.any(each) for each in known)


def test_recommendation_ignores_the_query_and_search_does_not(model):
    for surface, matters in ((Surface.RECOMMENDATION, False), (Surface.SEARCH, True)):
        batch = rows(surface)
        changed = batch | {features.QUERY_WORDS: (batch[features.QUERY_WORDS] + 3) % VOCABULARY.words}
        assert (np.abs(model(batch) - model(changed)).max() > 1e-5) == matters


@pytest.mark.parametrize("make", [unisar, unifiedssr])
def test_training_refuses_rows_of_one_kind(make):
    model = make()
    with pytest.raises(ValueError, match="Training and evaluation need joint batches.*Received rows of one kind"):
        model.compute_loss(rows(), np.zeros((6, 5)), model(rows()))
