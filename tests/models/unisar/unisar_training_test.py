import keras
import numpy as np
import pytest
import tensorflow as tf

from models.unisar.unisar_training import MATCHING
from schemas import features
from schemas.canonical_event import Surface
from tests.support.small_models import joint, loss_and_gradients, ranking_names, unisar


def batches(search_rows):
    """A dataset of joint batches of changing size; each number is a batch's search rows."""
    all_batches = [joint(6, count, seed=seed) for seed, count in enumerate(search_rows)]
    signature = tf.nest.map_structure(lambda each: tf.TensorSpec((None, *each.shape[1:]), each.dtype), all_batches[0])
    return tf.data.Dataset.from_generator(lambda: iter(all_batches), output_signature=signature)


def test_fit_learns_and_reports_everything_by_name(tmp_path, monkeypatch):
    keras.utils.set_random_seed(0)
    model, backup, traced = unisar(), keras.callbacks.BackupAndRestore(tmp_path), []
    model.compile(keras.optimizers.Adam(0.01))
    step = model.train_step
    monkeypatch.setattr(model, "train_step", lambda data: traced.append("once") or step(data))
    data = {"x": batches([4, 0, 7]), "validation_data": batches([5])}
    history = model.fit(**data, epochs=2, verbose=0, callbacks=[backup]).history
    losses = {"loss", "click_loss_recommendation", "click_loss_search", "query_item_loss", "history_alignment_loss"}
    # Candidates are ranked in validation only.
    assert set(history) == losses | {f"val_{name}" for name in losses | ranking_names()}
    assert np.isfinite([value for values in history.values() for value in values]).all()
    assert history["loss"][1] < history["loss"][0]
    # TensorFlow traces a step again that creates variables.
    assert traced == ["once"]
    # A surface without rows does not count in the mean.
    results = model.evaluate(batches([0]), verbose=0, return_dict=True)
    assert results["ndcg_at_5_search"] == 0.0
    np.testing.assert_allclose(results["ndcg_at_5"], results["ndcg_at_5_recommendation"], rtol=1e-6)
    assert np.isfinite(results["loss"])


def test_the_loss_is_the_weighted_sum_of_its_parts():
    weights = {"query_item_weight": 0.5, "history_alignment_weight": 0.25}
    model = unisar(recommendation_weight=2.0, search_weight=3.0, **weights)
    model.compile("sgd")
    results = model.evaluate(batches([4]), verbose=0, return_dict=True)
    expected = (
        2 * results["click_loss_recommendation"]
        + 3 * results["click_loss_search"]
        + 0.5 * results["query_item_loss"]
        + 0.25 * results["history_alignment_loss"]
    )
    np.testing.assert_allclose(results["loss"], expected, rtol=1e-5)


def test_with_contrasts_per_surface_each_surface_has_one_weight():
    weights = {"query_item_weight": 0.5, "history_alignment_weight": 0.25}
    model = unisar(contrasts_per_surface=True, recommendation_weight=2.0, search_weight=3.0, **weights)
    loss, gradients = loss_and_gradients(model, *joint())
    results = {name: float(value) for name, value in model.get_metrics_result().items()}
    expected = sum(
        weight
        * (
            results[f"click_loss_{surface}"]
            + 0.5 * results[f"query_item_loss_{surface}"]
            + 0.25 * results[f"history_alignment_loss_{surface}"]
        )
        for surface, weight in (("recommendation", 2), ("search", 3))
    )
    np.testing.assert_allclose(loss, expected, rtol=1e-5)
    assert all(np.any(gradient) for path, gradient in gradients.items() if "contrasts" in path)


@pytest.mark.parametrize("per_surface", [False, True])
def test_each_term_is_of_the_surface_whose_rows_it_is_of(per_surface):
    weights = {"recommendation_weight": 2.0, "search_weight": 3.0, "query_item_weight": 0.5, "matching_weight": 4.0}
    model = unisar(matching=True, contrasts_per_surface=per_surface, history_alignment_weight=0.25, **weights)
    inputs, labels = joint()
    outputs = model(inputs, training=True)
    model.add_loss(keras.ops.convert_to_tensor(2.5))
    parts = {part: float(loss) for part, loss in model.loss_by_part(inputs, labels, outputs).items()}
    results = {name: float(value) for name, value in model.get_metrics_result().items()}

    def contrasts(end=""):
        return 0.5 * results[f"query_item_loss{end}"] + 0.25 * results[f"history_alignment_loss{end}"]

    wanted = {None: 2.5 if per_surface else 2.5 + contrasts()}
    for surface, weight in ((Surface.RECOMMENDATION, 2.0), (Surface.SEARCH, 3.0)):
        end = f"_{surface.value}"
        clicks = results[f"click_loss{end}"] + (contrasts(end) if per_surface else 0)
        # The matching loss is the mean over two surfaces.
        wanted[surface] = weight * clicks + 4.0 / 2 * results[f"matching_loss{end}"]
    assert parts == {part: pytest.approx(loss, rel=1e-5) for part, loss in wanted.items()}
    assert results["loss"] == pytest.approx(sum(wanted.values()), rel=1e-5)


def test_click_losses_are_those_of_the_logits():
    model = unisar()
    model.compile("sgd")
    inputs, labels = joint()
    results = model.evaluate(tf.data.Dataset.from_tensors((inputs, labels)), verbose=0, return_dict=True)
    for surface in Surface:
        side = inputs[surface.value]
        logits, real = np.asarray(model(side), "float64"), side[features.CANDIDATE_ITEMS] != 0
        # Cross-entropy of the sigmoid: -log(sigmoid(x)) where the label is 1, -log(1 - sigmoid(x)) where it is 0.
        entropies = np.logaddexp(0, np.where(labels[surface.value] > 0, -logits, logits))
        np.testing.assert_allclose(results[f"click_loss_{surface.value}"], entropies[real].mean(), rtol=1e-4)


def test_what_a_layer_adds_counts_as_it_is_and_leaves_the_others_alone():
    model = unisar(dropout=0.0)
    inputs, labels = joint()
    outputs, results = model(inputs, training=True), []
    for _ in range(2):
        model.reset_metrics()
        loss = float(model.compute_loss(inputs, labels, outputs))
        results.append({name: float(value) for name, value in model.get_metrics_result().items()} | {"loss": loss})
        model.add_loss(keras.ops.convert_to_tensor(2.5))
    without, added = results
    assert added == {name: pytest.approx(value, rel=1e-5) for name, value in (without | {"loss": loss}).items()}
    assert loss == pytest.approx(without["loss"] + 2.5, rel=1e-5)


def test_the_matching_loss_is_the_cross_entropy_of_the_wanted_item():
    model = unisar(matching=True, matching_negatives=9, popularity_correction=0.0, matching_weight=2.0, dropout=0.0)
    model.compile("sgd")
    inputs, labels = joint(3, 2)
    outputs = model(inputs, training=True)
    of_surfaces = []
    for surface, interest in outputs["matching"].interests.items():
        wanted = inputs[surface][features.CANDIDATE_ITEMS][:, 0]
        columns = np.concatenate([wanted, np.asarray(outputs["matching"].drawn_items)])
        logits = np.asarray(interest.state) @ np.asarray(model.embedding.items(columns)).T
        losses = []
        for row, item in enumerate(wanted):
            others = [logits[row, place] for place in range(len(columns)) if columns[place] != item]
            losses.append(np.log(np.exp([*others, logits[row, row]]).sum()) - logits[row, row])
        of_surfaces.append(np.mean(losses))
    weighted = float(model.compute_loss(inputs, labels, outputs))
    results = model.get_metrics_result()
    reported = [float(results[f"matching_loss_{surface}"]) for surface in outputs["matching"].interests]
    np.testing.assert_allclose(reported, of_surfaces, rtol=1e-3)
    outputs.pop(MATCHING)
    without = float(model.compute_loss(inputs, labels, outputs))
    np.testing.assert_allclose(weighted - without, 2.0 * np.mean(of_surfaces), rtol=1e-3)


def test_matching_draws_by_popularity():
    model = unisar(matching=True, matching_negatives=20)
    model.set_item_counts(10**9 * (np.arange(model.vocabulary.items) == 5))
    outputs = model(joint(3, 2)[0], training=True)
    assert set(np.asarray(outputs[MATCHING].drawn_items).tolist()) == {5}


def test_click_and_matching_losses_weigh_rows_and_contrasts_do_not():
    model = unisar(matching=True, matching_negatives=9, matching_weight=2.0, popularity_correction=0.0, dropout=0.0)
    inputs, labels = joint(3, 3)
    for side in inputs.values():  # As many candidates in each row, so that a row's share is its weight.
        side[features.CANDIDATE_ITEMS] = np.maximum(side[features.CANDIDATE_ITEMS], 1)
    outputs = model(inputs, training=True)

    def losses(*weights):
        model.reset_metrics()
        given = {name: {features.EXAMPLE_WEIGHT: np.array(weights, "float32")} for name in labels} if weights else None
        loss = float(model.compute_loss(inputs, labels, outputs, given))
        return loss, {name: float(value) for name, value in model.get_metrics_result().items() if "loss_" in name}

    before, plain = losses()
    alone = [losses(*weights)[1] for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    after, weighted = losses(6, 1, 3)
    changed = 0.0
    for surface in labels:
        for name, weight in (("click_loss", 1.0), ("matching_loss", 2.0 / 2)):
            name = f"{name}_{surface}"
            first, second, third = (each[name] for each in alone)
            assert plain[name] == pytest.approx((first + second + third) / 3, rel=1e-4)
            assert weighted[name] == pytest.approx((6 * first + second + 3 * third) / 10, rel=1e-4)
            assert weighted[name] != pytest.approx(plain[name], rel=1e-3)
            changed += weight * (weighted[name] - plain[name])
    # All else of the loss, such as the contrasts, stays.
    assert after - before == pytest.approx(changed, rel=1e-3)


def test_fit_takes_weights_beside_the_labels():
    inputs, labels = joint(4, 3)
    losses = []
    for heavy in (1.0, 50.0):
        keras.utils.set_random_seed(0)
        model, weights = unisar(dropout=0.0), {}
        for name, each in labels.items():
            weights[name] = {features.EXAMPLE_WEIGHT: np.ones(len(each), "float32")}
        weights["search"][features.EXAMPLE_WEIGHT][0] = heavy
        model.compile(keras.optimizers.SGD(0.0), run_eagerly=True)
        data = tf.data.Dataset.from_tensors((inputs, labels, weights))
        losses.append(model.fit(data, verbose=0).history)
    light, heavy = losses
    assert light["click_loss_recommendation"] == pytest.approx(heavy["click_loss_recommendation"], rel=1e-5)
    assert light["click_loss_search"] != pytest.approx(heavy["click_loss_search"], rel=1e-3)
