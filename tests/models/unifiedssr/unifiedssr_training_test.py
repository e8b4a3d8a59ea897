import keras
import numpy as np
import pytest
import tensorflow as tf

from models.unifiedssr.unifiedssr_training import session_loss
from schemas import features
from schemas.canonical_event import Surface
from tests.support import small_models, unisar_batches
from tests.support.small_models import VOCABULARY, joint, loss_and_gradients, ranking_names, rows


def make(**fields):
    keras.utils.set_random_seed(0)
    return small_models.unifiedssr(**{"dropout": 0.0, **fields})


def fitted(model, batch, epochs=1):
    # Compiling takes longer than one step.
    model.compile(keras.optimizers.Adam(0.03), run_eagerly=epochs == 1)
    data = tf.data.Dataset.from_tensors(batch)
    return model.fit(data, validation_data=data, epochs=epochs, verbose=0).history


def test_it_learns_what_comes_next_on_both_surfaces(monkeypatch):
    # Too few items for chance to matter: four candidates, the positive is an item's successor or the query's item.
    random = np.random.default_rng(0)
    inputs, labels = joint(recommendation_rows=64, search_rows=64, candidates=4)
    for name, side in inputs.items():
        side[features.CANDIDATE_ITEMS][:, 0] = side[features.RECOMMENDATION_ITEMS][:, 0] % 28 + 1
        if name == "search":
            side[features.QUERY_WORDS][:] = side[features.QUERY_WORDS][:, :1]
            side[features.CANDIDATE_ITEMS][:, 0] = side[features.QUERY_WORDS][:, 0] % 28 + 1
        side[features.CANDIDATE_ITEMS][:, 1:] = random.integers(1, 29, (64, 3))
    model, traced = make(every_position=False, num_layers=1, sessions=0), []
    step = model.train_step
    monkeypatch.setattr(model, "train_step", lambda data: traced.append("once") or step(data))
    history = fitted(model, (inputs, labels), epochs=30)
    # TensorFlow traces a step again that creates variables.
    assert traced == ["once"]
    for surface in ("recommendation", "search"):
        assert history[f"next_item_loss_{surface}"][-1] < 0.6 * history[f"next_item_loss_{surface}"][0]
        hit_rates = history[f"val_hit_rate_at_1_{surface}"]
        assert hit_rates[-1] > hit_rates[0] + 0.2


def test_metrics_are_named_by_surface():
    history = fitted(make(), joint())
    losses = {"loss"} | {f"{name}_{each.value}" for name in ("next_item_loss", "session_loss") for each in Surface}
    # Candidates are ranked in validation only.
    assert set(history) == losses | {f"val_{name}" for name in losses | ranking_names()}
    assert not [name for name in fitted(make(sessions=0), joint()) if "session" in name]


def test_the_loss_is_the_weighted_sum_of_its_parts():
    model = make(recommendation_weight=0.5, search_weight=2.0, session_weight=0.3)
    loss, _ = loss_and_gradients(model, *joint())
    parts = {name: float(value) for name, value in model.get_metrics_result().items()}
    expected = sum(
        weight * (parts[f"next_item_loss_{surface}"] + 0.3 * parts[f"session_loss_{surface}"])
        for surface, weight in (("recommendation", 0.5), ("search", 2.0))
    )
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_a_batch_may_be_of_one_surface():
    inputs, labels = joint()
    for name in inputs:
        alone, _ = loss_and_gradients(make(), {name: inputs[name]}, {name: labels[name]})
        assert alone > 0
        nobody = joint(**{f"{side}_rows": 0 for side in inputs if side != name})
        with_empty_side, gradients = loss_and_gradients(make(), *nobody)
        # The negatives are others: of the same items, so many that means are close.
        np.testing.assert_allclose(with_empty_side, alone, rtol=0.2)
        assert all(np.isfinite(gradient).all() for gradient in gradients.values() if gradient is not None)


@pytest.mark.parametrize("kind", ["binary", "softmax"])
def test_rows_without_a_target_train_nothing_but_their_history(kind):
    inputs, labels = joint()
    nothing = {name: value * 0 for name, value in labels.items()}
    loss, gradients = loss_and_gradients(make(every_position=False, sessions=0, loss=kind), inputs, nothing)
    assert loss == 0
    assert all((gradient == 0).all() for gradient in gradients.values() if gradient is not None)


def test_all_weights_but_the_padding_learn():
    model = make()
    model.session_windows.offset_kernel.assign(0.1 * np.random.default_rng(0).normal(size=(8, 2)))
    _, gradients = loss_and_gradients(model, *joint(40, 40))
    assert not [path for path, gradient in gradients.items() if gradient is None or np.abs(gradient).max() == 0]
    items = next(gradient for path, gradient in gradients.items() if path.endswith("item_table"))
    assert (items[0] == 0).all()


@pytest.mark.parametrize("share_branches", [True, False])
@pytest.mark.parametrize("queries", [True, False])
def test_a_batch_of_one_surface_leaves_the_encoder_of_the_other_alone(share_branches, queries):
    inputs, labels = joint(20, 20)
    options = {"share_surfaces": False, "share_branches": share_branches, "query_branch_in_recommendation": queries}
    for surface, other, own in (
        ("recommendation", "search_encoder", "encoder"),
        ("search", "encoder", "search_encoder"),
    ):
        model = make(**options)
        _, gradients = loss_and_gradients(model, {surface: inputs[surface]}, {surface: labels[surface]})
        learns = {
            name: [gradients[weight.path] is not None and bool(np.any(gradients[weight.path])) for weight in weights]
            for name, weights in ((name, getattr(model, name).trainable_weights) for name in (own, other))
        }
        assert all(learns[own]) and not any(learns[other])
    # Of rows of both, every weight learns.
    model.session_windows.offset_kernel.assign(0.1 * np.random.default_rng(0).normal(size=(8, 2)))
    _, gradients = loss_and_gradients(model, inputs, labels)
    assert not [path for path, gradient in gradients.items() if gradient is None or not np.any(gradient)]


def test_negatives_are_never_targets_of_their_position():
    # Items 1 and 2 are all there is, so half of the negatives are hits; a model that is certain has no loss but theirs.
    model = make(negatives=50)
    model.embedding.vocabulary = unisar_batches.vocabulary(items=3, attributes=False)
    items = np.zeros(model.embedding.item_table.shape, "float32")
    items[1, 0], items[2, 0] = 1, -1
    model.embedding.item_table.assign(items)
    branch = np.zeros((1, 2, 8), "float32")
    branch[0, :, 0] = [40, -40]
    assert float(model.next_item_loss([branch], np.array([[[1], [2]]]))) < 1e-6
    assert float(model.next_item_loss([branch], np.array([[[2], [1]]]))) > 10


def test_the_softmax_draws_by_popularity():
    model = make(loss="softmax", softmax_negatives=200, popularity_correction=0.0)
    counts = np.zeros(VOCABULARY.items)
    counts[5] = 10**9
    model.set_item_counts(counts)
    branch = np.full((1, 1, 8), 0.5, "float32")
    model.embedding.item_table.assign(np.zeros(model.embedding.item_table.shape))
    # All score 0, so each of the 200 negatives weighs as much as the target; those equal to it are left out.
    np.testing.assert_allclose(model.next_item_loss([branch], np.array([[[3]]])), np.log(201), rtol=1e-4)
    np.testing.assert_allclose(model.next_item_loss([branch], np.array([[[5]]])), 0, atol=1e-4)


def test_search_weighs_the_losses_of_its_branches():
    model = make()
    model.product_logit.assign(-np.log(3))  # 0.1 + 0.8 / 4.
    branches = [np.random.default_rng(seed).normal(size=(2, 3, 8)).astype("float32") for seed in (0, 1)]
    target_ids, negative_ids = np.full((2, 3, 1), 4), np.full((2, 3, 2), 5)
    everything = np.ones(negative_ids.shape, bool)
    first, second = (model.binary_loss([each], target_ids, negative_ids, everything) for each in branches)
    mixed = model.binary_loss(branches, target_ids, negative_ids, everything)
    np.testing.assert_allclose(mixed, 0.3 * first + 0.7 * second, rtol=1e-5)


def test_session_losses_move_the_windows_and_not_without_weight():
    for weight in (0.0, 1.0):
        _, gradients = loss_and_gradients(make(session_weight=weight), *joint())
        offsets = next(gradient for path, gradient in gradients.items() if path.endswith("offset_kernel"))
        assert np.any(offsets) == (weight > 0)


def test_agreeing_branches_have_the_lower_session_loss():
    products, queries = make().sessions(rows(), Surface.SEARCH)
    assert float(session_loss((products, products))) < float(session_loss((products, queries)))


def test_targets_come_from_the_labelled_candidate():
    inputs, labels = joint()
    side, marks = inputs["recommendation"], labels["recommendation"]
    candidates, losses = side[features.CANDIDATE_ITEMS], []
    for places in (0, 2, 2):
        fresh = make(negatives=1, sessions=0)
        fresh.negative_seed.state.assign([1, 2])
        batch = side | {features.CANDIDATE_ITEMS: np.roll(candidates, places, axis=1)}
        # The third time, the label stays where it was: another item is the target.
        mark = np.roll(marks, 0 if len(losses) == 2 else places, axis=1)
        losses.append(loss_and_gradients(fresh, {"recommendation": batch}, {"recommendation": mark})[0])
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-5)
    assert abs(losses[2] - losses[0]) > 1e-4


def weights_of(inputs, rows, history=1.0):
    """Weights of the rows' targets; all items of their histories have one weight."""
    return {
        "recommendation": {
            features.EXAMPLE_WEIGHT: np.array(rows, "float32"),
            features.RECOMMENDATION_WEIGHTS: np.full(
                inputs["recommendation"][features.RECOMMENDATION_ITEMS].shape, history, "float32"
            ),
        },
        "search": {
            features.EXAMPLE_WEIGHT: np.array(rows, "float32"),
            features.SEARCH_WEIGHTS: np.full(inputs["search"][features.SEARCH_ITEMS].shape, history, "float32"),
        },
    }


def test_every_position_has_the_weight_of_its_own_event(monkeypatch):
    monkeypatch.setattr(keras.random, "randint", lambda shape, *_, **__: np.full(shape, 2, "int32"))
    inputs, labels = joint(3, 3)
    last, every = (make(sessions=0, negatives=3, every_position=each) for each in (False, True))
    every.set_weights(last.get_weights())

    def losses(model, rows, history):
        model.reset_metrics()
        model.compute_loss(inputs, labels, model(inputs, training=True), weights_of(inputs, rows, history))
        return [float(model.get_metrics_result()[f"next_item_loss_{surface}"]) for surface in labels]

    # Where histories weigh nothing, every position is the last one alone.
    assert losses(every, [6, 1, 3], 0.0) == pytest.approx(losses(last, [6, 1, 3], 9.0), rel=1e-4)
    # Where targets weigh nothing, histories alone count.
    alone, heavy = losses(every, [0, 0, 0], 1.0), losses(every, [0, 0, 0], 7.0)
    assert alone == pytest.approx(heavy, rel=1e-4) and min(alone) > 0
    assert losses(every, [6, 1, 3], 1.0) != pytest.approx(alone, rel=1e-3)
    assert losses(last, [0, 0, 0], 1.0) == [0.0, 0.0]


@pytest.mark.parametrize("kind", ["binary", "softmax"])
def test_the_next_item_loss_weighs_rows_and_the_session_loss_does_not(kind, monkeypatch):
    model = make(loss=kind, every_position=False, negatives=3, softmax_negatives=7, popularity_correction=0.0)
    inputs, labels = joint(3, 3)
    # The same negatives in each step, so that losses can be compared.
    monkeypatch.setattr(keras.random, "randint", lambda shape, *_, **__: np.full(shape, 2, "int32"))
    if kind == "softmax":
        monkeypatch.setattr(model.popularity, "draw", lambda count: np.full((count,), 2, "int32"))
    outputs = model(inputs, training=True)

    def losses(weights=None):
        model.reset_metrics()
        given = weights and weights_of(inputs, weights)
        loss = float(model.compute_loss(inputs, labels, outputs, given))
        return loss, {name: float(value) for name, value in model.get_metrics_result().items() if "loss_" in name}

    _, plain = losses()
    alone = [losses(weights)[1] for weights in ([1, 0, 0], [0, 1, 0], [0, 0, 1])]
    loss, weighted = losses([6, 1, 3])
    for surface in labels:
        name = f"next_item_loss_{surface}"
        first, second, third = (each[name] for each in alone)
        assert plain[name] == pytest.approx((first + second + third) / 3, rel=1e-4)
        assert weighted[name] == pytest.approx((6 * first + second + 3 * third) / 10, rel=1e-4)
        assert weighted[name] != pytest.approx(plain[name], rel=1e-3)
        assert weighted[f"session_loss_{surface}"] == pytest.approx(plain[f"session_loss_{surface}"], rel=1e-6)
    expected = sum(
        weight
        * (weighted[f"next_item_loss_{surface}"] + model.config.session_weight * weighted[f"session_loss_{surface}"])
        for surface, weight in (
            ("recommendation", model.config.recommendation_weight),
            ("search", model.config.search_weight),
        )
    )
    assert loss == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("loss", ["binary", "softmax"])
def test_dropped_ids_change_training_alone(loss):
    model = make(item_attributes=True, id_dropout=0.5, loss=loss, sessions=0)
    inputs, labels = joint()
    measured, *trained = (
        [np.asarray(branch) for branch in model(inputs, training=training)["search"]["branches"]]
        for training in (False, True, True)
    )
    assert any(np.abs(one - other).max() > 1e-4 for one, other in zip(*trained, strict=True))
    again = model(inputs, training=False)["search"]["branches"]
    np.testing.assert_array_equal(measured[0], again[0])
    # Neither branches nor negatives differ from one time to the next, so what differs are the ids of items.
    target_ids, negative_ids = np.full((*measured[0].shape[:2], 1), 3), np.full((*measured[0].shape[:2], 1), 7)
    ids = model.embedding.item_encoder.id_embedding
    ids.assign_add(4 * np.ones_like(ids))
    if loss == "softmax":
        model.popularity.draw = lambda count: np.arange(1, 8)

    def loss_of(training):
        if loss == "softmax":
            return model.next_item_loss(measured, target_ids, training=training)
        return model.binary_loss(measured, target_ids, negative_ids, negative_ids > 0, training=training)

    kept, dropped = ({round(float(loss_of(training)), 5) for _ in range(6)} for training in (False, True))
    assert len(kept) == 1 < len(dropped)
