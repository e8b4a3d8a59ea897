"""What becomes of a model's weights from epoch to epoch: norms by layer, temperatures and other learned numbers."""

from typing import Any

import keras
import tensorflow as tf

from models.losses.query_item_contrast import LOWEST_TEMPERATURE
from tfx_pipeline.training.event_logs.event_writers import TRAIN, EventWriters
from tfx_pipeline.training.event_logs.gradient_norms import ALL
from tfx_pipeline.training.gradient_cosine import layer_names

_TEMPERATURE = "temperature"


class WeightLogs(keras.callbacks.Callback):
    """Writes at the end of each epoch what `weight_norms` and `learned_numbers` tell.

    Args:
        writers: Where they go.
    """

    def __init__(self, writers: EventWriters):
        super().__init__()
        self._writers = writers

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Writes them."""
        self._writers.scalars(TRAIN, weight_norms(self.model) | learned_numbers(self.model), epoch + 1)


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


def _path(weight: Any) -> list[str]:
    return weight.path.split("/")
