"""Keeps search and recommendation from pulling the weights that they share apart: gradient projection (PCGrad)."""

import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import keras
import tensorflow as tf

from models.optimizers.lazy_adam import distinct_places
from schemas.canonical_event import Surface

_OFF = "Set train.gradient_projection: false."


@contextmanager
def projected_gradients(model: keras.Model) -> Iterator[None]:
    """A context in which `fit` and `train_step` of a model project the gradients of the surfaces' losses.

    A step takes three gradients: of the loss of recommendation, of that of search, and of what is of neither. The
    first two go through `projected_sum`. Whose each term of the joint loss is, `loss_terms` of the model says:

    * A surface has its click loss, its share of the matching loss and, with `contrasts_per_surface`, its contrastive
      losses; with UnifiedSSR its next-item loss and its session losses. All with their weights.
    * UniSAR's other contrastive losses compare the histories of both surfaces' rows, so they are of neither, as is what
      layers add with `add_loss`. Their gradients are added as they are.
    * `weight_decay` is the optimizer's. Like clipping and averaging it comes after the sum, and is not projected.

    A batch without rows of one surface is a plain step. Dropout and negatives are drawn once for all three gradients,
    and in mixed precision the three losses are scaled alike, which turns no gradient.

    Args:
        model: A compiled or uncompiled model of `models.registry`, with Keras on TensorFlow.

    Raises:
        ValueError: Keras has another backend than TensorFlow, or the model was built for several devices, each of
            which would project the gradients of its own rows.
    """
    if keras.backend.backend() != "tensorflow":
        raise ValueError(
            "`gradient_projection` needs Keras on TensorFlow. Received: "
            f"KERAS_BACKEND={keras.backend.backend()}. {_OFF}"
        )
    devices = model.distribute_strategy.num_replicas_in_sync
    if devices > 1:
        raise ValueError(
            "`gradient_projection` needs a training on one device, which sees the whole batch. Received a model on "
            f"{devices} devices. {_OFF}"
        )
    # Keras asks the model for its step, and keeps what it compiled of it.
    model.train_step, model.train_function = functools.partial(_train_step, model), None
    try:
        yield
    finally:
        del model.train_step
        model.train_function = None


def _train_step(model: Any, data: Any) -> dict[str, Any]:
    """A step of training as Keras makes it, but for the gradients."""
    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(data)
    weights = model.trainable_weights
    with tf.GradientTape(persistent=True) as tape:
        y_pred = model(x, training=True)
        losses = model.loss_by_part(x, y, y_pred, sample_weight)
        losses = {part: model.optimizer.scale_loss(loss) for part, loss in losses.items()}
    values = [weight.value for weight in weights]
    gradients = {part: tape.gradient(loss, values) for part, loss in losses.items()}
    nothing = [None] * len(weights)
    gradients_of = [gradients.get(part, nothing) for part in (Surface.RECOMMENDATION, Surface.SEARCH, None)]
    model.optimizer.apply_gradients(zip(projected_sum(*gradients_of), weights, strict=True))
    return model.compute_metrics(x, y, y_pred, sample_weight=sample_weight)


def projected_sum(first: Sequence[Any], second: Sequence[Any], rest: Sequence[Any]) -> list[Any]:
    """Adds up gradients; where the first and the second conflict, each loses its part against the other before.

    The weights for which both have a gradient are shared. Over all of these together, as one vector, the gradients
    conflict if their dot product is negative. Then each is projected onto the normal plane of the other, as the other
    was: g1 - (g1·g2 / |g2|²) g2 and g2 - (g1·g2 / |g1|²) g1. The sum of both is that of g1 and g2 with a factor each.

    Weights for which one alone has a gradient keep it. A table counts as one weight, as in the paper: if both surfaces
    look rows of it up, rows that only one of them looked up take its factor, too.

    Source: PCGrad (Yu et al. 2020, arXiv 2001.06782), algorithm 1 with two tasks, where the order does not matter.

    Args:
        first: For each weight its gradient of the first loss: a tensor, `tf.IndexedSlices` of a table, or None.
        second: The same of the second loss.
        rest: The same of what is added without projection.

    Returns:
        The sum for each weight: a tensor, `tf.IndexedSlices` where all its gradients are, or None where none is. Where
        lookups are added up over several gradients, each row is in the sum once.
    """
    parts = [_merged(gradients) for gradients in zip(first, second, rest, strict=True)]
    shared = [part for part in parts if part.is_shared]
    if shared:
        factors = _factors(shared)
        for part in shared:
            for place, factor in enumerate(factors):
                part.values[place] *= tf.cast(factor, part.values[place].dtype)
    return [part.sum() for part in parts]


class _Merged(NamedTuple):
    """The gradients of one weight in one form: dense tensors, or the values of the same rows of a table.

    Attributes:
        values: Tensors of equal shapes, or None each.
        rows: Of a table the rows that the values are of; None if they are of the whole weight.
        shape: The shape of the table.
    """

    values: list[Any]
    rows: Any = None
    shape: Any = None

    @property
    def is_shared(self) -> bool:
        """Whether both of the first two losses depend on the weight."""
        return self.values[0] is not None and self.values[1] is not None

    def sum(self) -> Any:
        """The sum in the form that optimizers take."""
        given = [value for value in self.values if value is not None]
        if not given:
            return None
        return tf.add_n(given) if self.rows is None else tf.IndexedSlices(tf.add_n(given), self.rows, self.shape)


def _merged(gradients: Sequence[Any]) -> _Merged:
    given = [each for each in gradients if each is not None]
    if not given or not all(isinstance(each, tf.IndexedSlices) for each in given):
        return _Merged([None if each is None else tf.convert_to_tensor(each) for each in gradients])
    shape = given[0].dense_shape
    if len(given) == 1:
        return _Merged([None if each is None else each.values for each in gradients], given[0].indices, shape)
    rows, places = distinct_places(tf.concat([each.indices for each in given], axis=0), shape[0])
    parts = iter(tf.split(places, [tf.size(each.indices) for each in given]))
    values = [
        None if each is None else tf.math.unsorted_segment_sum(each.values, next(parts), tf.size(rows))
        for each in gradients
    ]
    return _Merged(values, rows, shape)


def _factors(shared: Sequence[_Merged]) -> tuple[Any, Any]:
    """By what the first and the second gradient count in their sum; both are 1 unless they conflict."""

    def product(left: int, right: int) -> Any:
        products = (tf.cast(part.values[left] * part.values[right], tf.float32) for part in shared)
        return tf.add_n([tf.reduce_sum(each) for each in products])

    against = tf.minimum(product(0, 1), 0.0)
    # A gradient whose squares round to 0 stays as it is.
    return 1 - tf.math.divide_no_nan(against, product(0, 0)), 1 - tf.math.divide_no_nan(against, product(1, 1))
