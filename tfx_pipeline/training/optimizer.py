"""The optimizer of a training."""

import keras

from models.optimizers.lazy_adam import LazyAdam
from models.optimizers.noam import Noam
from tfx_pipeline.config.training_config import TrainConfig


def make_optimizer(train: TrainConfig) -> keras.optimizers.Optimizer:
    """Makes the Adam that the configuration describes: lazy or not, with a schedule or averaged weights or without."""
    optimizer_class = LazyAdam if train.lazy_embedding_updates else keras.optimizers.Adam
    return optimizer_class(
        _learning_rate(train),
        beta_2=train.adam_beta_2,
        epsilon=train.adam_epsilon,
        global_clipnorm=train.clip_norm or None,
        use_ema=train.ema_momentum > 0,
        ema_momentum=train.ema_momentum,
    )


def _learning_rate(train: TrainConfig) -> float | keras.optimizers.schedules.LearningRateSchedule:
    if not train.warmup_steps:
        return train.learning_rate
    # Noam's curve peaks at factor / sqrt(dim · warmup_steps); here it is told by its peak alone.
    return Noam(dim=1, factor=train.learning_rate * train.warmup_steps**0.5, warmup_steps=train.warmup_steps)
