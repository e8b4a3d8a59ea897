"""What UniSAR alone has: heads, switches, additions, and explanations by the weights of its target attention.

`tests/models/scoring_laws_test.py` has what both models keep.
"""

import math

import keras
import numpy as np
import pytest

from models.candidate_scores import PADDING_LOGIT
from models.layers.fast.packing import Flattening
from models.unisar.feature_fit import fitted_weights, intercept
from schemas import features
from schemas.canonical_event import Surface
from tests.support.small_models import UNISAR_ADDITIONS, assert_same, joint, loss_and_gradients, rows, unisar


@pytest.fixture(scope="module", params=[{}, UNISAR_ADDITIONS], ids=["paper", "with_additions"])
def model(request):
    return unisar(dropout=0.0, **request.param)


def test_the_surface_decides_the_head(model):
    batch = rows()
    other = batch | {features.SURFACE_INDEX: batch[features.SURFACE_INDEX] * 0}
    assert np.abs(model(batch) - model(other)).max() > 1e-3


def test_the_moment_of_a_request_matters(model):
    batch = rows()
    changed = batch | {features.CONTEXT: (batch[features.CONTEXT] + 1) % 4}
    assert np.abs(model(batch) - model(changed)).max() > 1e-5


def test_every_weight_is_trained(model):
    _, gradients = loss_and_gradients(model, *joint())
    assert [path for path, gradient in gradients.items() if gradient is None] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"search_to_search": False},
        {"recommendation_to_recommendation": False},
        {"search_to_recommendation": False},
        {"recommendation_to_search": False},
        {"fusion": False},
        {"query_item_contrast": False},
        {"history_alignment": False},
        {"experts": "shared_bottom"},
        {"experts": "single_task"},
    ],
    ids=str,
)
def test_a_switch_removes_weights_and_the_rest_still_learns(fields):
    model = unisar(**fields)
    inputs, labels = joint()
    assert np.isfinite(model.compute_loss(inputs, labels, model(inputs, training=True)))
    assert model.count_params() < unisar().count_params()


def test_additions_are_additions():
    paper, both = (
        {weight.path.split("/", 1)[1] for weight in unisar(**fields).trainable_weights}
        for fields in ({}, UNISAR_ADDITIONS)
    )
    assert paper < both
    assert {path.split("/")[0] for path in both - paper} == {
        "matching",
        "recommendation_feature_score",
        "search_feature_score",
    }


def test_dropped_ids_change_training_alone():
    keras.utils.set_random_seed(3)  # Of such small heads, some have no ReLU that lets anything through.
    model = unisar(id_dropout=0.5, dropout=0.0)
    inputs, _ = joint()
    batch = rows()
    assert_same(model(batch), model(batch))
    first, second = (model(inputs, training=True)["search"] for _ in range(2))
    assert np.abs(np.asarray(first) - np.asarray(second)).max() > 1e-4
    stranger = batch | {features.USER: np.full_like(batch[features.USER], model.vocabulary.users - 1)}
    before = model(stranger)
    model.embedding.users.id_embedding.assign_add(np.ones_like(model.embedding.users.id_embedding))
    assert_same(model(stranger), before)  # A new user is nobody in particular.


def test_without_any_search_transition_the_search_history_does_not_matter():
    model = unisar(search_to_search=False, recommendation_to_search=False, search_to_recommendation=False)
    batch = rows()
    changed = batch | {features.SEARCH_ITEMS: np.where(batch[features.SEARCH_ITEMS] > 0, 3, 0)}
    assert_same(model(batch), model(changed))
    assert list(model.interests) == ["recommendation"]


@pytest.fixture(scope="module")
def mixed():
    batch = rows()
    batch[features.SURFACE_INDEX][::2] = 0
    batch[features.SEARCH_KINDS][1] = 0
    return batch


def test_scores_are_those_that_rank(model, mixed):
    np.testing.assert_allclose(model.explain(mixed)[0], model.score(mixed), rtol=1e-5, atol=1e-6)
    table = model.item_embeddings()
    np.testing.assert_allclose(model.explain(mixed, table)[0], model.score(mixed, table), rtol=1e-5, atol=1e-6)


def test_each_history_has_weights_that_add_up_to_one(model, mixed):
    _, weights = model.explain(mixed)
    real = {"recommendation": mixed[features.RECOMMENDATION_ITEMS] > 0, "search": mixed[features.SEARCH_KINDS] > 0}
    assert set(weights) == set(real)
    for kind, of_kind in weights.items():
        assert of_kind.shape == (6, 5, real[kind].shape[1])
        assert not np.any(np.asarray(of_kind)[~np.repeat(real[kind][:, None], 5, axis=1)])
        expected = np.repeat(real[kind].any(axis=1)[:, None], 5, axis=1)
        np.testing.assert_allclose(np.sum(of_kind, axis=2), expected, rtol=1e-5)
    assert not np.any(weights["search"][1])


def test_they_are_what_the_score_pools_by(model, mixed):
    """The vectors that the experts see of a history are its tokens, weighed so."""
    _, weights = model.explain(mixed)
    tokens = model.embedding({name: mixed[name] for name in model.embedding.HISTORY_FEATURES}, layout=Flattening)
    histories = model.fuse(tokens, model.extraction(tokens))
    candidates = model.embedding.items(mixed[features.CANDIDATE_ITEMS])
    for kind, (sequence, mask) in histories.items():
        pooled = model.interests[kind](sequence, candidates, mask)
        np.testing.assert_allclose(np.matmul(weights[kind], sequence), pooled, rtol=1e-4, atol=1e-5)


def test_only_histories_that_it_reads(mixed):
    feed_alone = unisar(search_to_search=False, recommendation_to_search=False)
    assert set(feed_alone.explain(mixed)[1]) == {"recommendation"}


def test_it_starts_from_the_features_of_candidates():
    """Scores are the weighed features, of each surface by its own weights; all else adds nothing, and can learn."""
    model = unisar(**UNISAR_ADDITIONS, dropout=0.0)
    inputs, labels = joint(40, 60)
    assert model.start_from_features([(inputs, labels), (inputs, labels)])
    sides = [(inputs[name][features.CANDIDATE_ITEMS] != 0, labels[name]) for name in inputs]
    negatives = sum((real & (truth == 0)).sum() for real, truth in sides) / sum(len(truth) for _, truth in sides)
    for surface in Surface:
        side, kernel = inputs[surface.value], np.asarray(model.feature_scores[surface.model_index].kernel)[:, 0]
        described = np.asarray(model.describe(side))
        values = [np.asarray(model.describe(side, labels[surface.value]))] * 2
        is_item = side[features.CANDIDATE_ITEMS] != features.PADDING
        known = [np.where(is_item, labels[surface.value], -1)] * 2
        np.testing.assert_allclose(kernel, fitted_weights(values, known), rtol=1e-4, atol=1e-5)
        added = intercept(values, known, kernel)
        # A positive is one of all items, not of the candidates of a row.
        rarity = math.log(model.vocabulary.items / negatives)
        # What the history holds is raised, see `repeat_features_test.py`.
        wanted = described @ kernel + added + float(model.history_oversampling) * described[..., 0]
        np.testing.assert_allclose(np.asarray(model(side))[is_item], wanted[is_item] - rarity, atol=1e-4)
        np.testing.assert_allclose(np.asarray(model.explain(side)[0]), np.asarray(model(side)), atol=1e-5)
        assert (np.asarray(model(side))[~is_item] == PADDING_LOGIT).all()
        joint_logits = np.asarray(model(inputs)[surface.value])
        np.testing.assert_allclose(joint_logits[is_item], wanted[is_item], atol=1e-4)
    _, gradients = loss_and_gradients(model, inputs, labels)
    moving = {path.split("/", 1)[1] for path, each in gradients.items() if each is not None and np.abs(each).max() > 0}
    assert {"search_head/logit/kernel", "matching/outer/kernel", "search_feature_score/kernel"} <= moving


def test_a_surface_may_go_by_what_was_learned_in_part():
    """Of the start, a training and shares of it: scores of each surface lie between by its own share."""
    model = unisar(**{**UNISAR_ADDITIONS, "id_dropout": 0.0}, dropout=0.0, matching_dropout=0.0)
    inputs, labels = joint(40, 60)
    model.start_from_features([(inputs, labels)])
    at_first = {name: np.asarray(model(side)) for name, side in inputs.items()}
    for weight in model.trainable_weights:
        weight.assign(weight + keras.random.normal(weight.shape, stddev=0.1, seed=3))
    learned = {name: np.asarray(model(side)) for name, side in inputs.items()}
    as_trained = {name: np.asarray(model.score(side, training=True)) for name, side in inputs.items()}
    model.set_learned_shares({Surface.SEARCH: 0.25})
    for name, share in (("search", 0.25), ("recommendation", 1.0)):
        is_item = inputs[name][features.CANDIDATE_ITEMS] != features.PADDING
        wanted = share * learned[name] + (1 - share) * at_first[name]
        assert np.abs(learned[name] - at_first[name])[is_item].max() > 0.1
        np.testing.assert_allclose(np.asarray(model(inputs[name]))[is_item], wanted[is_item], atol=1e-4)
        # Training goes on with all of it.
        again = np.asarray(model.score(inputs[name], training=True))
        np.testing.assert_allclose(again[is_item], as_trained[name][is_item], atol=1e-4)
    model.set_learned_shares({Surface.RECOMMENDATION: 0.0})
    both = [Surface.SEARCH.model_index, Surface.RECOMMENDATION.model_index]
    assert np.asarray(model.learned_shares)[both].tolist() == [0.25, 0]


def test_what_training_s_users_did_is_weighed_and_not_seen_by_the_experts():
    """In training, it is told of the wanted candidate as if its example had not been, which would betray it."""
    model = unisar(**UNISAR_ADDITIONS, dropout=0.0)
    inputs, _ = joint(5, 5)
    side = inputs["search"]

    def score(count):
        model.engagement.set_counts(np.full(model.vocabulary.items, count))
        return np.asarray(model(side))[side[features.CANDIDATE_ITEMS] != features.PADDING]

    is_weighed = np.abs(score(0) - score(9)).max() > 1e-3
    for each in model.feature_scores:
        each.kernel.assign(np.zeros(each.kernel.shape))
    np.testing.assert_allclose(score(0), score(9), atol=1e-6)
    assert is_weighed


def test_without_features_it_starts_as_ever():
    model = unisar()
    before = model.get_weights()
    assert not model.start_from_features([joint()])
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_gate_shares_are_means_over_candidates_that_are_real():
    model = unisar()
    inputs = rows(Surface.SEARCH)
    whole = model.gate_shares(inputs, Surface.SEARCH)
    assert tuple(whole) == ("own_1", "shared_1", "shared_2")
    assert sum(float(each) for each in whole.values()) == pytest.approx(1, abs=1e-5)
    # Padding behind the candidates changes nothing; the gates of the other surface are others.
    candidates = np.pad(np.asarray(inputs[features.CANDIDATE_ITEMS]), ((0, 0), (0, 3)))
    padded = model.gate_shares({**inputs, features.CANDIDATE_ITEMS: candidates}, Surface.SEARCH)
    other = model.gate_shares(inputs, Surface.RECOMMENDATION)
    for name, share in whole.items():
        assert float(padded[name]) == pytest.approx(float(share), rel=1e-4)
        assert float(other[name]) != pytest.approx(float(share), rel=1e-4)
    assert unisar(shared_experts=1, task_experts=0).gate_shares(inputs, Surface.SEARCH) == {}
