"""How long the gradients of a step are, by layer, on those steps of a training that are asked for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import keras
import tensorflow as tf

from models.optimizers.lazy_adam import distinct_places
from tfx_pipeline.training.gradient_cosine import layer_names

ALL: Final = "all"


class GradientNorms:
    """The norms of the gradients of the last step that was looked at.

    Args:
        layers: The name of the layer of each trainable weight.
    """

    def __init__(self, layers: Sequence[str]):
        self._layers = tuple(layers)
        self._names = tuple(dict.fromkeys(layers))
        self._squares = tf.Variable(tf.zeros(len(self._names)), trainable=False)
        self._is_asked = tf.Variable(False, trainable=False)

    def ask(self, is_asked: bool) -> None:
        """Says whether the steps that follow are looked at; at first they are not."""
        self._is_asked.assign(is_asked)

    def note_if_asked(self, gradients: Sequence[Any]) -> None:
        """Notes the gradients of a step: for each weight a tensor, `tf.IndexedSlices` of a table, or None."""

        def note() -> tf.Tensor:
            self._note(gradients)
            return tf.constant(True)

        tf.cond(self._is_asked, note, lambda: tf.constant(False))

    def _note(self, gradients: Sequence[Any]) -> None:
        sums = dict.fromkeys(self._names, tf.zeros(()))
        for layer, gradient in zip(self._layers, gradients, strict=True):
            if gradient is not None:
                sums[layer] += tf.reduce_sum(tf.square(tf.cast(_values(gradient), tf.float32)))
        self._squares.assign(tf.stack(list(sums.values())))

    def by_layer(self) -> dict[str, float]:
        """The norm of the gradients of each layer's weights together, and of `ALL`."""
        squares = self._squares.numpy()
        norms = {ALL: float(squares.sum() ** 0.5)}
        return norms | {name: float(each**0.5) for name, each in zip(self._names, squares, strict=True)}


@contextmanager
def watched_gradients(model: keras.Model) -> Iterator[GradientNorms]:
    """A context in which `fit` of a compiled model notes the gradients of the steps that are asked for.

    They are those that the optimizer gets: after gradient projection and without the scale of mixed precision, before
    clipping. On other steps, looking whether one was asked for is all that it costs.

    Args:
        model: A built and compiled model, with Keras on TensorFlow.
    """
    norms = GradientNorms(layer_names(model))
    # The outer optimizer of mixed precision hands on gradients that it has divided by its scale.
    optimizer = getattr(model.optimizer, "inner_optimizer", model.optimizer)
    apply = optimizer.apply

    def noting(grads: Any, trainable_variables: Any = None) -> None:
        grads = list(grads)
        norms.note_if_asked(grads)
        apply(grads, trainable_variables)

    optimizer.apply, model.train_function = noting, None
    try:
        yield norms
    finally:
        del optimizer.apply
        model.train_function = None


def _values(gradient: Any) -> Any:
    """The numbers of a gradient. A row of a table that was looked up several times has the sum."""
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, places = distinct_places(gradient.indices, gradient.dense_shape[0])
    return tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
