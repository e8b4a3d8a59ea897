"""The cosine is that of the gradients of both losses, on the weights that both depend on; nothing else changes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from schemas.canonical_event import Surface
from tests.support import small_models, unisar_batches
from tfx_pipeline.training.gradient_cosine import GradientCosine


class Linear(keras.Model):
    """The loss of a surface is the sum of its rows' products with the shared weight; search has one of its own."""

    def __init__(self):
        super().__init__()
        self.shared = keras.layers.Dense(1, use_bias=False, name="shared")
        self.own = keras.layers.Dense(1, use_bias=False, name="own")

    def call(self, inputs, training=False):
        return {
            "recommendation": self.shared(inputs["recommendation"]["x"]),
            "search": self.shared(inputs["search"]["x"]) + self.own(inputs["search"]["x"]),
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        assert training
        weights = sample_weight or {surface: {"example_weight": ops.ones_like(y[surface])} for surface in y}
        return sum(ops.sum(y_pred[surface][:, 0] * weights[surface]["example_weight"]) for surface in y_pred)


def batch(recommendation, search, weights=None):
    rows = {"recommendation": np.reshape(recommendation, (-1, 2)), "search": np.reshape(search, (-1, 2))}
    x = {surface: {"x": tf.constant(each, tf.float32)} for surface, each in rows.items()}
    y = {surface: tf.zeros(len(each)) for surface, each in rows.items()}
    if weights is None:
        return x, y
    return x, y, {surface: {"example_weight": tf.constant(weights[surface])} for surface in rows}


def dataset(batches):
    """Batches whose numbers of rows differ."""
    spec = tf.nest.map_structure(lambda each: tf.TensorSpec([None, *each.shape[1:]], each.dtype), batches[0])
    return tf.data.Dataset.from_generator(lambda: iter(batches), output_signature=spec)


def cosines(model, batches, **settings):
    callback = GradientCosine(dataset(batches), **settings)
    callback.set_model(model)
    logs = {"loss": 0.5}
    callback.on_epoch_end(0, logs)
    assert logs.pop("loss") == 0.5
    return logs


@pytest.fixture
def linear():
    model = Linear()
    model(batch([1, 1], [1, 1])[0])
    return model


@pytest.mark.parametrize(
    ("recommendation", "search", "cosine"),
    [
        ([3, 4], [6, 8], 1.0),
        ([3, 4], [-4, 3], 0.0),
        ([3, 4], [-3, -4], -1.0),
        # Of sums over rows: (1, 2) and (2, 1): 4 / 5.
        ([[1, 0], [0, 2]], [[2, 2], [0, -1]], 0.8),
    ],
)
def test_it_is_that_of_the_weights_which_both_losses_depend_on(recommendation, search, cosine, linear):
    # What search alone uses would add to the length of its gradient.
    wanted = {"gradient_cosine": cosine, "gradient_cosine_shared": cosine}
    assert cosines(linear, [batch(recommendation, search)]) == pytest.approx(wanted, abs=1e-6)


def test_it_is_the_mean_over_batches_of_both_surfaces(linear):
    batches = [batch([3, 4], [3, 4]), batch([3, 4], []), batch([], [3, 4]), batch([3, 4], [-4, 3])]
    assert cosines(linear, batches)["gradient_cosine"] == pytest.approx(0.5)
    assert cosines(linear, batches, count=1)["gradient_cosine"] == pytest.approx(1.0)
    assert cosines(linear, batches[1:3]) == {}
    # Those without a surface are not among the batches that are counted.
    assert cosines(linear, batches[1:], count=1)["gradient_cosine"] == pytest.approx(0, abs=1e-6)
    # Without a direction there is no cosine.
    assert cosines(linear, [batch([0, 0], [3, 4]), batches[0]])["gradient_cosine"] == pytest.approx(1.0)


def test_rows_count_by_their_weights(linear):
    weights = {"recommendation": [0.0, 1.0], "search": [1.0]}
    assert cosines(linear, [batch([[3, 4], [-4, 3]], [3, 4], weights)])["gradient_cosine"] == pytest.approx(0, abs=1e-6)


def joint(**changes):
    sides = {each: unisar_batches.rows(small_models.VOCABULARY, each, **changes) for each in Surface}
    x = {
        each.value: {name: tf.constant(value, tf.int32) for name, value in side.items()} for each, side in sides.items()
    }
    labels = np.zeros((6, 5), "float32")
    labels[:, 0] = 1
    return x, {each.value: tf.constant(labels) for each in Surface}


@pytest.mark.parametrize(
    ("make", "layers"),
    [(small_models.unisar, ("embedding", "experts")), (small_models.unifiedssr, ("embedding", "encoder"))],
)
def test_both_models_have_it_by_layer_and_keep_their_weights(make, layers):
    model = make()
    before = [weight.numpy() for weight in model.trainable_weights]
    found = cosines(model, [joint(), joint(seed=5)])
    assert {"gradient_cosine", *(f"gradient_cosine_{layer}" for layer in layers)} <= set(found)
    assert all(-1 <= value <= 1 for value in found.values()) and len(set(found.values())) > 2
    for old, new in zip(before, model.trainable_weights, strict=True):
        np.testing.assert_array_equal(old, new.numpy())


def test_the_losses_of_an_epoch_are_without_its_steps():
    """It computes losses between the epochs, which no metric of an epoch may count."""
    model = small_models.unifiedssr(dropout=0.0)
    model.compile(keras.optimizers.SGD(0.0))
    data = tf.data.Dataset.from_tensors(joint())
    looked_at = GradientCosine(dataset([joint(seed=9)]))
    history = model.fit(data, epochs=2, callbacks=[looked_at], verbose=0).history
    assert len(history["gradient_cosine"]) == 2
    first = history["session_loss_search"]
    assert first[0] == pytest.approx(first[1], rel=1e-5)


def test_another_backend_is_told(monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(ValueError, match="needs Keras on TensorFlow. Received: KERAS_BACKEND=jax. Set train.gradient_"):
        GradientCosine(dataset([batch([1, 1], [1, 1])]))
