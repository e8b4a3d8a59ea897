"""Tells whether the surfaces pull the layers that they share in one direction: the cosine of their gradients."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from schemas.canonical_event import Surface

NAME = "gradient_cosine"
_BATCHES = 8
_Pair = tuple[np.ndarray, np.ndarray]
_SURFACES = tuple(surface.value for surface in Surface)


class GradientCosine(keras.callbacks.Callback):
    """Logs at the end of each epoch how alike the gradients of the losses of both surfaces are.

    The loss of a surface is the model's own, of a batch whose rows of the other surface are left out. `gradient_cosine`
    is over all weights that both losses depend on, and `gradient_cosine_<layer>` over those of a layer of the model;
    each is the mean over some batches. 1: the surfaces want the same. 0: they have nothing to do with each other. Below
    0: what helps one hurts the other.

    It draws dropout and negatives as a training step does, and changes no weight.

    Args:
        batches: Joint batches as for `fit`, read anew each epoch; those without rows of a surface are passed over.
        count: How many of them are looked at.

    Raises:
        ValueError: Keras has another backend than TensorFlow, whose tape is needed.
    """

    def __init__(self, batches: tf.data.Dataset, count: int = _BATCHES):
        super().__init__()
        if keras.backend.backend() != "tensorflow":
            raise ValueError(
                "`gradient_cosine` needs Keras on TensorFlow. Received: "
                f"KERAS_BACKEND={keras.backend.backend()}. Set train.gradient_cosine: false."
            )
        self._batches, self._count = batches, count
        # One graph for all batches, in which either side may be without rows.
        self._gradients = tf.function(self._of_loss, input_signature=[batches.element_spec])

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Adds the cosines to the logs, so that TensorBoard gets them with the losses."""
        found: dict[str, list[float]] = {}
        for batch in itertools.islice(filter(_has_both, self._batches), self._count):
            for name, value in self._cosines(batch).items():
                found.setdefault(name, []).append(value)
        if logs is not None:
            logs |= {name: float(np.mean(values)) for name, values in found.items()}

    def _cosines(self, batch: Any) -> dict[str, float]:
        first, second = [self._gradients(_of_surface(batch, surface)) for surface in _SURFACES]
        parts: dict[str, list[_Pair]] = {}
        for layer, *pair in zip(layer_names(self.model), first, second, strict=True):
            one, other = (np.zeros(1) if each is None else tf.convert_to_tensor(each).numpy() for each in pair)
            for name in (NAME, f"{NAME}_{layer}"):
                parts.setdefault(name, []).append((one, other))
        cosines = {name: _cosine(pairs) for name, pairs in parts.items()}
        return {name: value for name, value in cosines.items() if value is not None}

    def _of_loss(self, batch: Any) -> list[Any]:
        """The gradient of a batch's loss for each weight: a tensor, `tf.IndexedSlices` of a table, or None."""
        x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(batch)
        with tf.GradientTape() as tape:
            outputs = self.model(x, training=True)
            loss = self.model.compute_loss(x, y, outputs, sample_weight, training=True)
        return tape.gradient(loss, [weight.value for weight in self.model.trainable_weights])


def layer_names(model: keras.Model) -> list[str]:
    """For each trainable weight of a model the name of its layer; of the model's own weights, their own names."""
    layers = {id(weight): layer.name for layer in model.layers for weight in layer.trainable_weights}
    return [layers.get(id(weight), weight.name) for weight in model.trainable_weights]


def _cosine(pairs: Iterable[_Pair]) -> float | None:
    """The cosine of two gradients that come in parts; None where they share none. What one loss leaves alone is 0."""
    shared = [(one, other) for one, other in pairs if one.any() and other.any()]
    product, *squares = (
        sum(float(np.vdot(pair[left], pair[right])) for pair in shared) for left, right in ((0, 1), (0, 0), (1, 1))
    )
    length = float(np.prod(np.sqrt(squares)))
    return product / length if length > 0 else None


def _has_both(batch: Any) -> bool:
    labels = batch[1]
    return all(len(labels.get(surface, ())) for surface in _SURFACES)


def _of_surface(batch: Any, surface: str) -> Any:
    """The batch without rows of the other surface."""
    return tuple(
        {side: part if side == surface else _empty(part) for side, part in of_sides.items()} for of_sides in batch
    )


def _empty(part: Any) -> Any:
    return {name: value[:0] for name, value in part.items()} if isinstance(part, Mapping) else part[:0]
