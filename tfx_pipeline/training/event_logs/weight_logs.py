"""What becomes of a model's weights from epoch to epoch: norms by layer, learned numbers, histograms."""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tensorboard.compat.proto import summary_pb2
from tensorboard.plugins.histogram.summary_v2 import histogram_pb

from models.losses.query_item_contrast import LOWEST_TEMPERATURE
from tfx_pipeline.training.event_logs.event_writers import TRAIN, EventWriters
from tfx_pipeline.training.event_logs.gradient_norms import ALL
from tfx_pipeline.training.gradient_cosine import layer_names

_TEMPERATURE = "temperature"
_VALUES = 20_000


class WeightLogs(keras.callbacks.Callback):
    """Writes at the end of each epoch what `weight_norms`, `learned_numbers` and `histograms` tell.

    Args:
        writers: Where they go.
    """

    def __init__(self, writers: EventWriters):
        super().__init__()
        self._writers = writers

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Writes them."""
        self._writers.scalars(TRAIN, weight_norms(self.model) | learned_numbers(self.model), epoch + 1)
        together = summary_pb2.Summary()
        for tag, values in histograms(self.model).items():
            together.MergeFrom(histogram_pb(tag, values))
        self._writers.raw(together, TRAIN, epoch + 1)


def weight_norms(model: keras.Model) -> dict[str, float]:
    """The norm of the weights of each layer that are learned, and of all, by tag."""
    squares: dict[str, float] = {}
    for layer, weight in zip(layer_names(model), model.trainable_weights, strict=True):
        squares[layer] = squares.get(layer, 0.0) + 2 * float(tf.nn.l2_loss(tf.cast(weight.value, tf.float32)))
    norms = {ALL: sum(squares.values()), **squares}
    return {f"weight_norm/{name}": each**0.5 for name, each in norms.items()}


def learned_numbers(model: keras.Model) -> dict[str, float]:
    """The trainable weights that are one number each, by tag.

    Those of a contrast that are called so are in the group `temperature`, as they act: no lower than their least. All
    others, such as the share of a branch, are in `learned`.
    """
    found: dict[str, float] = {}
    for weight in model.trainable_weights:
        if weight.shape == ():
            *_, layer, name = ["", *_path(weight)]
            value = float(weight.value)
            if name == _TEMPERATURE:
                found[f"{_TEMPERATURE}/{layer}"] = max(value, LOWEST_TEMPERATURE)
            else:
                found[f"learned/{name}"] = value
    return found


def histograms(model: keras.Model, most: int = _VALUES) -> dict[str, np.ndarray]:
    """The values of each trainable weight of two axes or more, by tag; of a large one some, evenly chosen.

    Args:
        model: A built model.
        most: How many values of a weight are enough.
    """
    found = {}
    for weight in model.trainable_weights:
        if len(weight.shape) > 1:
            rows = weight.value[:: max(math.prod(weight.shape) // most, 1)]
            found[f"weights/{weight.path.removeprefix(f'{model.name}/')}"] = np.ravel(
                ops.convert_to_numpy(ops.cast(rows, "float32"))
            )
    return found


def _path(weight: Any) -> list[str]:
    return weight.path.split("/")
