import keras
import numpy as np
import pytest
import tensorflow as tf

from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from models.unisar.unisar_training import MATCHING
from schemas import features
from schemas.canonical_event import Surface
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()
SIZES = {"dim": 8, "recommendation_history": 7, "search_history": 6, "query_item_negatives": 9, "query_item_pairs": 20}
SMALL_HEAD = {"expert_units": 5, "shared_experts": 1, "task_experts": 1, "tower_units": (6,), "prediction_units": ()}


def make(**fields):
    model = UniSAR(UniSARConfig(**SIZES | SMALL_HEAD | fields), VOCABULARY)
    model.build()
    return model


def batches(search_rows):
    """A dataset of joint batches of changing size; each number is a batch's search rows."""
    all_batches = [unisar_batches.joint(VOCABULARY, 6, count, seed=seed) for seed, count in enumerate(search_rows)]
    signature = tf.nest.map_structure(lambda each: tf.TensorSpec((None, *each.shape[1:]), each.dtype), all_batches[0])
    return tf.data.Dataset.from_generator(lambda: iter(all_batches), output_signature=signature)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A model after two epochs with a backup, and the history of its training."""
    keras.utils.set_random_seed(0)
    model = make()
    model.compile(keras.optimizers.Adam(0.01))
    folder = tmp_path_factory.mktemp("backup")
    history = model.fit(
        batches([4, 0, 7]),
        validation_data=batches([5]),
        epochs=2,
        verbose=0,
        callbacks=[keras.callbacks.BackupAndRestore(folder)],
    )
    return model, history.history


def test_fit_learns_and_reports_everything_by_name(trained):
    _, history = trained
    losses = {"loss", "click_loss_recommendation", "click_loss_search", "query_item_loss", "history_alignment_loss"}
    ranking = set()
    for name in ("hit_rate_at_1", "hit_rate_at_5", "hit_rate_at_10", "ndcg_at_1", "ndcg_at_5", "ndcg_at_10", "mrr"):
        ranking |= {name, f"{name}_recommendation", f"{name}_search"}
    # Candidates are ranked in validation only.
    assert set(history) == losses | {f"val_{name}" for name in losses | ranking}
    assert np.isfinite([value for values in history.values() for value in values]).all()
    assert history["loss"][1] < history["loss"][0]


def test_a_metric_without_surface_is_the_mean_of_both(trained):
    _, history = trained
    for name in ("val_ndcg_at_5", "val_mrr", "val_hit_rate_at_1"):
        both = (history[f"{name}_recommendation"][-1] + history[f"{name}_search"][-1]) / 2
        np.testing.assert_allclose(history[name][-1], both, rtol=1e-5)


def test_a_surface_without_rows_does_not_count_in_the_mean(trained):
    model, _ = trained
    results = model.evaluate(batches([0]), verbose=0, return_dict=True)
    assert results["ndcg_at_5_search"] == 0.0
    np.testing.assert_allclose(results["ndcg_at_5"], results["ndcg_at_5_recommendation"], rtol=1e-6)
    assert np.isfinite(results["loss"])


def test_the_loss_is_the_weighted_sum_of_its_parts():
    weights = {
        "recommendation_weight": 2.0,
        "search_weight": 3.0,
        "query_item_weight": 0.5,
        "history_alignment_weight": 0.25,
    }
    model = make(**weights)
    model.compile("sgd")
    results = model.evaluate(batches([4]), verbose=0, return_dict=True)
    expected = (
        2 * results["click_loss_recommendation"]
        + 3 * results["click_loss_search"]
        + 0.5 * results["query_item_loss"]
        + 0.25 * results["history_alignment_loss"]
    )
    np.testing.assert_allclose(results["loss"], expected, rtol=1e-5)


def test_click_losses_are_those_of_the_logits():
    model = make()
    model.compile("sgd")
    inputs, labels = unisar_batches.joint(VOCABULARY)
    results = model.evaluate(tf.data.Dataset.from_tensors((inputs, labels)), verbose=0, return_dict=True)
    for surface in Surface:
        side = inputs[surface.value]
        logits, real = np.asarray(model(side), "float64"), side[features.CANDIDATE_ITEMS] != 0
        # Cross-entropy of the sigmoid: -log(sigmoid(x)) where the label is 1, -log(1 - sigmoid(x)) where it is 0.
        entropies = np.logaddexp(0, np.where(labels[surface.value] > 0, -logits, logits))
        np.testing.assert_allclose(results[f"click_loss_{surface.value}"], entropies[real].mean(), rtol=1e-4)


@pytest.mark.parametrize(
    ("switch", "weight"),
    [("query_item_contrast", "query_item_weight"), ("history_alignment", "history_alignment_weight")],
)
def test_switching_a_loss_off_equals_the_weight_zero(switch, weight):
    inputs, labels = unisar_batches.joint(VOCABULARY)
    losses = []
    for fields in ({switch: False}, {weight: 0.0}, {}):
        keras.utils.set_random_seed(0)
        model = make(**fields, dropout=0.0)
        losses.append(float(model.compute_loss(inputs, labels, model(inputs))))
    np.testing.assert_allclose(losses[0], losses[1], rtol=1e-6)
    assert losses[2] > losses[0]


class UniSARWithAnother(UniSAR):
    def call(self, inputs, training=False):
        outputs = super().call(inputs, training=training)
        self.add_loss(keras.ops.convert_to_tensor(2.5))
        return outputs


def test_what_a_layer_adds_counts_as_it_is_and_leaves_the_others_alone():
    batch = tf.data.Dataset.from_tensors(unisar_batches.joint(VOCABULARY))
    results = []
    for model_class in (UniSAR, UniSARWithAnother):
        keras.utils.set_random_seed(0)
        model = model_class(UniSARConfig(**SIZES | SMALL_HEAD), VOCABULARY)
        model.compile("sgd")
        results.append(model.evaluate(batch, verbose=0, return_dict=True))
    without, added = results
    np.testing.assert_allclose(added["loss"], without["loss"] + 2.5, rtol=1e-5)
    for name in ("query_item_loss", "history_alignment_loss", "click_loss_search"):
        np.testing.assert_allclose(added[name], without[name], rtol=1e-5)


def test_training_refuses_flat_batches():
    model = make()
    rows = unisar_batches.rows(VOCABULARY, Surface.SEARCH)
    with pytest.raises(ValueError, match="Training and evaluation need joint batches.*Received rows of one kind"):
        model.compute_loss(rows, np.zeros((6, 5)), model(rows))


def test_matching_is_learned_and_reported_for_each_surface():
    keras.utils.set_random_seed(0)
    model = make(matching=True, text_matching=True, matching_negatives=9)
    model.set_item_attributes(unisar_batches.item_attributes(VOCABULARY))
    model.set_item_counts(np.arange(VOCABULARY.items))
    model.compile(keras.optimizers.Adam(0.03), run_eagerly=True)
    batch = unisar_batches.joint(VOCABULARY, 6, 4)
    first, *_, last = (model.train_on_batch(*batch, return_dict=True) for _ in range(6))
    for surface in ("recommendation", "search"):
        # A metric is the mean of all steps so far.
        assert 0 < last[f"matching_loss_{surface}"] < first[f"matching_loss_{surface}"]


def test_the_matching_loss_is_the_cross_entropy_of_the_wanted_item():
    model = make(matching=True, matching_negatives=9, popularity_correction=0.0, matching_weight=2.0, dropout=0.0)
    model.compile("sgd")
    inputs, labels = unisar_batches.joint(VOCABULARY, 3, 2)
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
    outputs.pop(MATCHING)
    without = float(model.compute_loss(inputs, labels, outputs))
    np.testing.assert_allclose(weighted - without, 2.0 * np.mean(of_surfaces), rtol=1e-3)
