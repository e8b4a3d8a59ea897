import keras
import numpy as np

from benchmarks.disturbed_weights import disturb


def test_no_factor_of_one_and_no_summand_of_zero_is_left_and_little_changes():
    model = keras.Sequential([keras.layers.Dense(50), keras.layers.LayerNormalization()])
    model.build([None, 3])
    before = [weight.numpy() for weight in model.trainable_weights]
    disturb(model, seed=1)
    after = [weight.numpy() for weight in model.trainable_weights]
    assert not any(np.isin(weight, (0.0, 1.0)).any() for weight in after)
    moved = np.concatenate([(one - other).ravel() for one, other in zip(before, after, strict=True)])
    # 300 draws with a standard deviation of 0.01.
    assert 0.008 < moved.std() < 0.012
    assert len(np.unique(moved)) > 250
