import re

import pytest

from tfx_pipeline.config.training_config import FineTuningConfig, SettledTrainConfig, TrainConfig


def test_fine_tuning_changes_what_it_says_and_keeps_the_rest():
    joint = TrainConfig(
        epochs=50,
        batch_size=64,
        learning_rate=0.1,
        warmup_steps=9,
        plateau_patience=0,
        keep_best_epoch=False,
        gradient_projection=True,  # Of both surfaces, so the tuning on one is without it.
        seed=3,
    )
    tuning = FineTuningConfig(
        epochs=8,
        learning_rate=0.01,
        validate_every=4,
        early_stopping_patience=2,
        early_stopping_metrics=("hit_rate_at_10", "ndcg_at_10"),
    )
    assert tuning.train_config(joint, "search") == TrainConfig(
        epochs=8,
        batch_size=64,
        surfaces=("search",),
        learning_rate=0.01,
        warmup_steps=0,
        plateau_patience=0,
        validate_every=4,
        keep_best_epoch=True,
        early_stopping_patience=2,
        early_stopping_metrics=("hit_rate_at_10", "ndcg_at_10"),
        seed=3,
    )


def test_fine_tuning_may_warm_up_anew():
    joint = TrainConfig(warmup_steps=4000, noam_factor=1.0, plateau_patience=0)
    tuned = FineTuningConfig(warmup_steps=400, noam_factor=0.5).train_config(joint, "search")
    assert (tuned.warmup_steps, tuned.noam_factor) == (400, 0.5)


def test_what_nobody_says_is_automatic_and_stays_so_in_fine_tuning():
    asked = ("epochs", "batch_size", "learning_rate", "early_stopping_patience", "plateau_patience")
    assert TrainConfig().automatic == asked
    assert TrainConfig(epochs=3, plateau_patience=0).automatic == ("batch_size", "learning_rate", asked[3])
    assert SettledTrainConfig().automatic == ()
    # Fine-tuning has numbers of its own for the rest.
    assert FineTuningConfig().train_config(TrainConfig(), "search").automatic == ("batch_size", "plateau_patience")
    # Noam's factor decides instead of the rate.
    assert "learning_rate" not in TrainConfig(warmup_steps=9, noam_factor=1.0).automatic
    assert TrainConfig(warmup_steps=9).plateau_patience == "auto", "it does not get in the way of a schedule"
    assert TrainConfig(validate_every=4).validate_every == 4


@pytest.mark.parametrize(
    ("config", "settings", "message"),
    [
        (
            TrainConfig,
            {"validate_every": 4, "epochs": 3},
            "or no epoch is validated. Received: validate_every=4, epochs=3",
        ),
        (FineTuningConfig, {"validate_every": 4, "epochs": 3}, "Received: validate_every=4, epochs=3"),
        (
            FineTuningConfig,
            {"early_stopping_metrics": ("ndcg_at_5", "recall")},
            "`early_stopping_metrics` should be among hit_rate_at_1, ",
        ),
        (TrainConfig, {"torch_adam": True}, "set `lazy_embedding_updates` to false"),
        (TrainConfig, {"weight_decay": 0.5}, "`weight_decay` needs `torch_adam`. Received: weight_decay=0.5"),
        (TrainConfig, {"noam_factor": 2.0}, "`noam_factor` needs `warmup_steps`. Received: noam_factor=2.0"),
        (TrainConfig, {"ema_momentum": 0.5, "keep_best_epoch": False}, "`ema_momentum` needs `keep_best_epoch`"),
        (
            TrainConfig,
            {"gradient_projection": True, "surfaces": ("search",)},
            "`gradient_projection` needs the gradients of both surfaces: set it to false where one is trained. "
            "Received: gradient_projection=True, surfaces=search",
        ),
        (
            TrainConfig,
            {"gradient_projection": True, "one_surface_a_batch": True},
            "`gradient_projection` needs both surfaces in a batch: set it or `one_surface_a_batch` to false.",
        ),
    ],
)
def test_refuses_what_does_not_go_together(config, settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        config(**settings)
