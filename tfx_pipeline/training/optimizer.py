"""The optimizer of a training."""

from typing import Any

import keras

from models.optimizers.lazy_adam import LazyAdam
from models.optimizers.noam import Noam
from models.optimizers.torch_adam import TorchAdam
from tfx_pipeline.config.training_config import SettledTrainConfig


def make_optimizer(train: SettledTrainConfig, dim: int) -> keras.optimizers.Optimizer:
    """Makes the Adam that the configuration describes.

    Args:
        train: How to train.
        dim: The model's width, by which `noam_factor` goes.
    """
    settings: dict[str, Any] = {
        "learning_rate": _learning_rate(train, dim),
        "beta_2": train.adam_beta_2,
        "epsilon": train.adam_epsilon,
        "global_clipnorm": train.clip_norm or None,
        "use_ema": train.ema_momentum > 0,
        "ema_momentum": train.ema_momentum,
    }
    if train.torch_adam:
        return TorchAdam(**settings, l2=train.weight_decay)
    return (LazyAdam if train.lazy_embedding_updates else keras.optimizers.Adam)(**settings)


def _learning_rate(train: SettledTrainConfig, dim: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if not train.warmup_steps:
        return train.learning_rate
    if train.noam_factor:
        return Noam(dim, train.noam_factor, train.warmup_steps)
    # Noam's curve peaks at factor / sqrt(dim · warmup_steps); here it is told by its peak alone.
    return Noam(dim=1, factor=train.learning_rate * train.warmup_steps**0.5, warmup_steps=train.warmup_steps)
