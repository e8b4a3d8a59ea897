"""The optimizer is what the configuration says: which Adam, at which rate, with which settings."""

import keras
import pytest

from models.optimizers.lazy_adam import LazyAdam
from models.optimizers.torch_adam import TorchAdam
from tfx_pipeline.config.training_config import SettledTrainConfig
from tfx_pipeline.training.optimizer import make_optimizer


@pytest.mark.parametrize(
    ("settings", "kind"),
    [
        ({}, LazyAdam),
        ({"lazy_embedding_updates": False}, keras.optimizers.Adam),
        ({"lazy_embedding_updates": False, "torch_adam": True}, TorchAdam),
    ],
)
def test_which_adam(settings, kind):
    assert type(make_optimizer(SettledTrainConfig(**settings), dim=4)) is kind


def test_its_settings_are_those_of_the_configuration():
    train = SettledTrainConfig(learning_rate=0.25, adam_beta_2=0.9, adam_epsilon=1e-3, clip_norm=2.0)
    optimizer = make_optimizer(train, dim=4)
    assert float(optimizer.learning_rate) == 0.25
    assert (optimizer.beta_2, optimizer.epsilon, optimizer.global_clipnorm) == (0.9, 1e-3, 2.0)
    assert make_optimizer(SettledTrainConfig(), dim=4).global_clipnorm is None


def test_weight_decay_reaches_the_gradient():
    train = SettledTrainConfig(learning_rate=0.5, torch_adam=True, lazy_embedding_updates=False, weight_decay=0.125)
    assert make_optimizer(train, dim=4).l2 == 0.125


def test_it_averages_weights_where_it_is_asked_to():
    averaging = make_optimizer(SettledTrainConfig(ema_momentum=0.75), dim=4)
    assert (averaging.use_ema, averaging.ema_momentum) == (True, 0.75)
    assert not make_optimizer(SettledTrainConfig(), dim=4).use_ema


@pytest.mark.parametrize(
    ("settings", "peak"),
    [
        ({"learning_rate": 0.1}, 0.1),
        # factor / sqrt(dim · warm-up) = 8 / sqrt(16 · 100)
        ({"noam_factor": 8.0}, 0.2),
    ],
)
def test_the_learning_rate_peaks_when_it_is_warm_and_falls_with_the_root_of_the_step(settings, peak):
    optimizer = make_optimizer(SettledTrainConfig(warmup_steps=100, plateau_patience=0, **settings), dim=16)
    rates = {}
    for step in (1, 50, 100, 400):
        optimizer.iterations.assign(step - 1)
        rates[step] = float(optimizer.learning_rate)
    assert rates == pytest.approx({1: peak / 100, 50: peak / 2, 100: peak, 400: peak / 2}, rel=1e-5)
