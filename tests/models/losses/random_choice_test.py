import keras
import numpy as np
from keras import ops

from models.losses.random_choice import draw


def drawn(allowed, count=400):
    places, found = draw(ops.convert_to_tensor(np.array(allowed, bool)), count, keras.random.SeedGenerator(3))
    return np.asarray(places), bool(found)


def test_draws_every_allowed_place_and_no_other_about_equally():
    places, found = drawn([0, 1, 0, 0, 1, 1, 0])
    values, counts = np.unique(places, return_counts=True)
    assert found
    assert values.tolist() == [1, 4, 5]
    # 400 / 3 each; six standard deviations are 57.
    assert np.abs(counts - 400 / 3).max() < 57


def test_first_and_last_place_can_be_drawn():
    assert np.unique(drawn([1, 0, 1])[0]).tolist() == [0, 2]


def test_says_when_nothing_is_allowed():
    places, found = drawn([0, 0, 0])
    assert not found
    assert places.min() >= 0 and places.max() <= 2


def test_the_same_seed_draws_the_same():
    np.testing.assert_array_equal(drawn([1] * 50)[0], drawn([1] * 50)[0])
