from tfx_pipeline.config.training_config import FineTuningConfig, TrainConfig


def test_fine_tuning_changes_what_it_says_and_keeps_the_rest():
    joint = TrainConfig(epochs=50, batch_size=64, learning_rate=0.1, warmup_steps=9, plateau_patience=0, seed=3)
    tuned = FineTuningConfig(epochs=5, learning_rate=0.01, early_stopping_patience=2).train_config(joint, "search")
    assert tuned == TrainConfig(
        epochs=5,
        batch_size=64,
        surfaces=("search",),
        learning_rate=0.01,
        warmup_steps=0,
        plateau_patience=0,
        early_stopping_patience=2,
        seed=3,
    )
