import keras
import pytest

from models.optimizers.lazy_adam import LazyAdam
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.training.optimizer import make_optimizer


def test_adam_is_lazy_or_not():
    assert isinstance(make_optimizer(TrainConfig()), LazyAdam)
    eager = make_optimizer(TrainConfig(lazy_embedding_updates=False))
    assert isinstance(eager, keras.optimizers.Adam) and not isinstance(eager, LazyAdam)


def test_its_settings_are_those_of_the_configuration():
    train = TrainConfig(learning_rate=0.25, adam_beta_2=0.9, adam_epsilon=1e-3, clip_norm=2.0)
    optimizer = make_optimizer(train)
    assert float(optimizer.learning_rate) == 0.25
    assert (optimizer.beta_2, optimizer.epsilon, optimizer.global_clipnorm) == (0.9, 1e-3, 2.0)
    assert make_optimizer(TrainConfig()).global_clipnorm is None


def test_it_averages_weights_where_it_is_asked_to():
    averaging = make_optimizer(TrainConfig(ema_momentum=0.75))
    assert (averaging.use_ema, averaging.ema_momentum) == (True, 0.75)
    assert not make_optimizer(TrainConfig()).use_ema


def test_the_learning_rate_peaks_when_it_is_warm_and_falls_with_the_root_of_the_step():
    optimizer = make_optimizer(TrainConfig(learning_rate=0.1, warmup_steps=100, plateau_patience=0))
    rates = {}
    for step in (1, 50, 100, 400):
        optimizer.iterations.assign(step - 1)
        rates[step] = float(optimizer.learning_rate)
    assert rates == pytest.approx({1: 0.001, 50: 0.05, 100: 0.1, 400: 0.05}, rel=1e-5)
