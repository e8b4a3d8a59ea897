"""Gradients that conflict lose what works against the other; nothing else of a step changes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from models.metrics.surface_ranking import SurfaceRanking
from models.optimizers.lazy_adam import LazyAdam
from schemas.canonical_event import Surface
from tests.support import small_models
from tfx_pipeline.training.gradient_projection import projected_gradients, projected_sum


def sums(*gradients):
    """The sum for each weight, dense."""
    return [None if each is None else tf.convert_to_tensor(each).numpy().tolist() for each in projected_sum(*gradients)]


def numbers(*values):
    return [None if each is None else tf.constant(each, tf.float32) for each in values]


def lookups(rows, values, size=4):
    return tf.IndexedSlices(tf.constant(values, tf.float32), tf.constant(rows), tf.constant([size, len(values[0])]))


@pytest.mark.parametrize(
    ("first", "second", "total"),
    [
        # (1, 0)·(-1, 1) = -1. (1, 0) + 1/2 (-1, 1) = (0.5, 0.5), and (-1, 1) + 1/1 (1, 0) = (0, 1).
        ([1, 0], [-1, 1], [0.5, 1.5]),
        # (2, 1)·(-3, 1) = -5. (2, 1) + 5/10 (-3, 1) = (0.5, 1.5), and (-3, 1) + 5/5 (2, 1) = (-1, 2).
        ([2, 1], [-3, 1], [-0.5, 3.5]),
        ([3, 4], [-6, -8], [0, 0]),
        # They agree, have nothing to do with each other, or there is only one.
        ([1, 2], [3, 1], [4, 3]),
        ([1, 0], [0, 2], [1, 2]),
        ([0, 0], [1, -2], [1, -2]),
        ([0, 0], [0, 0], [0, 0]),
    ],
)
def test_conflicting_gradients_are_projected(first, second, total):
    assert sums(numbers(first), numbers(second), [None])[0] == pytest.approx(total)
    # All shared weights are one vector, whichever weight a number belongs to.
    assert sums(numbers(*first), numbers(*second), [None] * 2) == pytest.approx(total)
    # Either may come first, and what is of neither is added as it is.
    with_rest = sums(numbers(second), numbers(first), numbers([-10, 20]))[0]
    assert with_rest == pytest.approx([total[0] - 10, total[1] + 20])


def test_what_one_alone_has_is_kept_and_does_not_count_in_lengths():
    first, second, rest = numbers([1, 0], 5, None, None, None), numbers([-1, 1], None, -7, None, None), [None] * 5
    rest[1], rest[3] = numbers(2, 3)
    total, *others = sums(first, second, rest)
    assert total == pytest.approx([0.5, 1.5])
    assert others == [7, -7, 3, None]
    assert sums(numbers(1, None), numbers(None, -2), [None] * 2) == [1, -2]


def test_lookups_of_a_row_are_added_up_before_gradients_are_compared():
    # By rows of the table: (1, 0) in row 3 of the one, in two lookups; (-1, 1) of the other, which has row 1, too.
    first = lookups([3, 3], [[0.25, -2], [0.75, 2]])
    second = lookups([1, 3], [[0, 2], [-1, 0]])
    # The product is -1, the squares are 1 and 5.
    wanted = np.zeros((4, 2))
    wanted[3] = 1 - 1 / 5 * 1, 0
    wanted[1] = 0, 1 / 5 * 2
    wanted[3] += -1 + 1, 0
    wanted[1] += 0, 2
    (total,) = projected_sum([first], [second], [None])
    assert isinstance(total, tf.IndexedSlices) and sorted(total.indices.numpy()) == [1, 3]
    np.testing.assert_allclose(tf.convert_to_tensor(total), wanted, rtol=1e-6)
    (total,) = projected_sum([first], [second], [lookups([0, 3, 3], [[9, 9], [1, 1], [1, 1]])])
    assert sorted(total.indices.numpy()) == [0, 1, 3]
    wanted[0], wanted[3] = 9, wanted[3] + 2
    np.testing.assert_allclose(tf.convert_to_tensor(total), wanted, rtol=1e-6)
    # A gradient of the whole table makes the sum one.
    (total,) = projected_sum([first], [tf.convert_to_tensor(second)], [None])
    wanted[0], wanted[3] = 0, wanted[3] - 2
    np.testing.assert_allclose(total, wanted, rtol=1e-6)


def test_a_gradient_of_one_table_alone_stays_as_it_came():
    alone = lookups([2, 2], [[1], [5]])
    (total,) = projected_sum([alone], [None], [None])
    assert total.indices.numpy().tolist() == [2, 2] and total.values.numpy().tolist() == [[1], [5]]


def test_gradients_too_small_to_be_compared_stay_and_infinite_ones_do_not_vanish():
    assert sums(numbers([1e-25]), numbers([-1]), [None]) == [[-1]]
    # A loss scale is lowered where it sees these.
    for wrong in (np.inf, -np.inf, np.nan):
        assert not np.isfinite(sums(numbers([wrong, 1]), numbers([-1, 1]), [None])[0]).all()


class Toy(SurfaceRanking, keras.Model):
    """Losses that are linear in a shared kernel and a shared table, so that gradients do not depend on weights."""

    def __init__(self):
        super().__init__()
        self.shared = self.add_weight(name="shared", shape=(2,), initializer="zeros")
        self.table = self.add_weight(name="table", shape=(40, 1), initializer="zeros")
        self.own = self.add_weight(name="own", shape=(), initializer="zeros")
        self.create_ranking_metrics()
        self.built = True

    def call(self, inputs, training=False):
        logits = {}
        for surface in inputs:
            looked_up = ops.squeeze(ops.take(self.table, inputs[surface]["row"], axis=0), axis=-1)
            logits[surface] = ops.matmul(inputs[surface]["x"], ops.reshape(self.shared, (2, 1)))[:, 0] + looked_up
        return logits

    def loss_terms(self, x, y, y_pred, sample_weight, training):
        assert training
        recommendation, search = (ops.sum(y_pred[surface.value]) for surface in Surface)
        return [
            (Surface.RECOMMENDATION, recommendation),
            (Surface.SEARCH, search + 3.0 * self.own),
            (None, ops.sum(self.shared * np.array([0.5, 0.25], "float32"))),
        ]


def toy_batch(recommendation, search):
    """Rows of two numbers and the row of the table that each looks up, of both surfaces."""
    x = {}
    for surface, rows in (("recommendation", recommendation), ("search", search)):
        values = np.reshape(np.array(rows, "float32"), (-1, 3))
        x[surface] = {"x": tf.constant(values[:, :2]), "row": tf.constant(values[:, 2].astype("int32"))}
    return x, {surface: tf.ones((len(side["row"]), 1)) for surface, side in x.items()}


# Numbers, and rows of the table: (1, 0 | row 7: 1) and (-3, 1 | row 7: 1, row 9: 1).
CONFLICT = toy_batch([[1, 0, 7]], [[-2, 1, 7], [-1, 0, 9]])


def conflict_update():
    """Its gradient: product -3 + 1 = -2, squares 1 + 1 and 9 + 1 + 1 + 1."""
    of_first, of_second = 1 + 2 / 2, 1 + 2 / 12
    table = np.zeros((40, 1))
    table[7], table[9] = of_first + of_second, of_second
    return np.array([of_first - 3 * of_second + 0.5, of_second + 0.25]), table, 3.0


def trained(optimizer, batch, steps=1, projects=True, **settings):
    model = Toy()
    model.compile(optimizer, **settings)
    data = tf.data.Dataset.from_tensors(batch).repeat(steps)
    if not projects:
        model.fit(data, verbose=0)
        return model
    with projected_gradients(model):
        model.fit(data, verbose=0)
    return model


def assert_moved(model, gradients, rate=1.0):
    for weight, gradient in zip((model.shared, model.table, model.own), gradients, strict=True):
        np.testing.assert_allclose(weight.numpy(), -rate * gradient, rtol=1e-5, atol=1e-7, err_msg=weight.name)


@pytest.mark.parametrize(
    "settings", [{}, {"run_eagerly": True}, {"jit_compile": True}], ids=["graph", "eagerly", "by XLA"]
)
def test_a_step_follows_the_projected_gradients(settings):
    assert_moved(trained(keras.optimizers.SGD(1.0), CONFLICT, **settings), conflict_update())


def test_the_loss_is_told_as_without_projection():
    losses = []
    for projects in (True, False):
        model = Toy()
        model.compile(keras.optimizers.SGD(0.0))
        model.shared.assign([2.0, 1.0])
        data = tf.data.Dataset.from_tensors(CONFLICT)
        if projects:
            with projected_gradients(model):
                losses.append(model.fit(data, verbose=0).history["loss"])
        else:
            losses.append(model.fit(data, verbose=0).history["loss"])
    # 2, -6 + 1 and 2 / 2 + 1 / 4.
    assert losses == [[pytest.approx(-1.75)]] * 2


def test_it_goes_with_scaled_losses_clipping_and_averages():
    gradients = conflict_update()
    scaled = keras.optimizers.LossScaleOptimizer(keras.optimizers.SGD(1.0), initial_scale=1024.0)
    assert_moved(trained(scaled, CONFLICT), gradients)
    length = np.sqrt(sum(np.square(each).sum() for each in gradients))
    assert_moved(trained(keras.optimizers.SGD(1.0, global_clipnorm=0.5), CONFLICT), gradients, 0.5 / length)
    model = trained(keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.75), CONFLICT, steps=2)
    # `fit` ends with the averages: 3/4 of the first step's weights and 1/4 of the second's.
    assert_moved(model, gradients, 0.75 * 1 + 0.25 * 2)


def test_rows_that_no_lookup_needs_rest_with_a_lazy_optimizer():
    moved = trained(LazyAdam(0.5), CONFLICT, steps=2).table.numpy()[:, 0]
    assert np.flatnonzero(moved).tolist() == [7, 9]
    # Adam's steps are the learning rate where the gradient stays the same.
    np.testing.assert_allclose(moved[[7, 9]], -1.0, rtol=1e-4)


@pytest.mark.parametrize(
    "batch",
    [toy_batch([[1, 0, 7]], [[2, -3, 7]]), toy_batch([[1, 0, 7]], np.zeros((0, 3))), toy_batch([], [[1, 0, 7]])],
    ids=["they agree", "no search", "no recommendation"],
)
def test_without_a_conflict_it_is_the_plain_step(batch):
    with_it, without = (trained(LazyAdam(0.5), batch, steps=3, projects=each) for each in (True, False))
    for one, other in zip(with_it.weights, without.weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_a_training_that_was_interrupted_goes_on_with_it(tmp_path):
    def fitted(folder, *epochs):
        for last in epochs:
            model = Toy()
            model.compile(LazyAdam(0.5))
            kept = keras.callbacks.BackupAndRestore(tmp_path / folder, delete_checkpoint=False)
            data = tf.data.Dataset.from_tensors(CONFLICT)
            with projected_gradients(model):
                model.fit(data, epochs=last, callbacks=[kept], verbose=0)
        return model

    whole, resumed = fitted("whole", 3), fitted("parts", 1, 3)
    assert float(whole.own.numpy()) == pytest.approx(-1.5, rel=1e-4)
    for one, other in zip(whole.trainable_weights, resumed.trainable_weights, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())


def test_afterwards_a_model_makes_plain_steps_again():
    model = trained(keras.optimizers.SGD(1.0), CONFLICT)
    for weight in model.trainable_weights:
        weight.assign(ops.zeros_like(weight))
    model.fit(tf.data.Dataset.from_tensors(CONFLICT), verbose=0)
    table = np.zeros((40, 1))
    table[7], table[9] = 2, 1
    assert_moved(model, (np.array([1 - 3 + 0.5, 1.25]), table, 3.0))


def unisar(**fields):
    keras.utils.set_random_seed(0)
    return small_models.unisar(dropout=0.0, query_item_contrast=False, history_alignment_weight=0.5, **fields)


@pytest.fixture(scope="module")
def steps():
    """A step of UniSAR with labels that agree and with such that do not: what it moved and what NumPy says."""
    found = []
    for opposite in (False, True):
        inputs, labels = small_models.joint(6, 6)
        if opposite:
            labels["search"] = 1 - labels["search"]
        # The losses are told apart by their weights. The alignment of histories is in all of these.
        of_weights = [
            small_models.loss_and_gradients(unisar(recommendation_weight=one, search_weight=other), inputs, labels)[1]
            for one, other in ((1.0, 0.0), (0.0, 1.0), (0.0, 0.0))
        ]
        first, second, rest = ([np.zeros(1) if g is None else g for g in each.values()] for each in of_weights)
        first, second = ([g - r for g, r in zip(each, rest, strict=True)] for each in (first, second))
        shared = [place for place in range(len(rest)) if first[place].any() and second[place].any()]
        one, other = (np.concatenate([each[place].ravel() for place in shared]) for each in (first, second))
        against = min(one @ other, 0.0)
        factors = 1 - against / (one @ one), 1 - against / (other @ other)
        plain = [a + b + r for a, b, r in zip(first, second, rest, strict=True)]
        wanted = list(plain)
        for place in shared:
            wanted[place] = factors[0] * first[place] + factors[1] * second[place] + rest[place]
        moved = []
        for projects in (True, False):
            model = unisar()
            before = [weight.numpy() for weight in model.trainable_weights]
            model.compile(keras.optimizers.SGD(1.0), run_eagerly=True)
            data = tf.data.Dataset.from_tensors((inputs, labels))
            if projects:
                with projected_gradients(model):
                    model.fit(data, verbose=0)
            else:
                model.fit(data, verbose=0)
            moved.append([old - new.numpy() for old, new in zip(before, model.trainable_weights, strict=True)])
        found.append((against, wanted, plain, len(rest) - len(shared), *moved))
    # The other sign of what search wants makes one of both conflict.
    (agree, conflict) = sorted(found, key=lambda each: -each[0])
    assert agree[0] == 0 and conflict[0] < 0
    return agree, conflict


def test_a_step_of_unisar_whose_surfaces_agree_is_the_plain_one(steps):
    _, wanted, _, own, moved, plainly_moved = steps[0]
    assert own > 0, "the heads and gates of each surface"
    for one, other, gradient in zip(moved, plainly_moved, wanted, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=2e-6)
        np.testing.assert_allclose(one, np.broadcast_to(gradient, one.shape), rtol=1e-3, atol=5e-6)


def test_a_step_of_unisar_whose_surfaces_conflict_is_what_numpy_computes(steps):
    _, wanted, plain, _, moved, _ = steps[1]
    for one, gradient in zip(moved, wanted, strict=True):
        np.testing.assert_allclose(one, np.broadcast_to(gradient, one.shape), rtol=1e-3, atol=5e-6)
    apart = [np.abs(one - other).max() for one, other in zip(wanted, plain, strict=True)]
    assert max(apart) > 1e-2 and 0.0 in apart


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_unifiedssr_trains_with_it_in_mixed_precision_too(dtype):
    inputs, labels = small_models.joint(6, 4)
    model = small_models.unifiedssr(dtype=dtype)
    before = [weight.numpy() for weight in model.trainable_weights]
    model.compile(LazyAdam(0.01), run_eagerly=True)
    with projected_gradients(model):
        losses = model.fit(tf.data.Dataset.from_tensors((inputs, labels)), verbose=0).history
    assert np.isfinite(losses["loss"]).all() and set(losses) >= {"next_item_loss_search", "session_loss_search"}
    assert all(np.isfinite(weight.numpy()).all() for weight in model.trainable_weights)
    assert any((old != new.numpy()).any() for old, new in zip(before, model.trainable_weights, strict=True))


def test_another_backend_and_several_devices_are_refused(monkeypatch):
    model = Toy()
    monkeypatch.setattr(type(model.distribute_strategy), "num_replicas_in_sync", 2)
    with pytest.raises(ValueError, match="a training on one device, .* Received a model on 2 devices. Set train.gradi"):
        trained(keras.optimizers.SGD(1.0), CONFLICT)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with (
        pytest.raises(ValueError, match="needs Keras on TensorFlow. Received: KERAS_BACKEND=jax. Set train.gradient_"),
        projected_gradients(model),
    ):
        pass
