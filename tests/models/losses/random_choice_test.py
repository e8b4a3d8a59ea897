import keras
import numpy as np
import pytest
from keras import ops

from models.losses.random_choice import draw, draw_distinct


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
    # The first and the last place too.
    assert np.unique(drawn([1, 0, 1])[0]).tolist() == [0, 2]


def test_says_when_nothing_is_allowed():
    places, found = drawn([0, 0, 0])
    assert not found
    assert places.min() >= 0 and places.max() <= 2


def test_distinct_draws_leave_out_the_target_and_take_all_others_equally_often():
    size, count, rows = 6, 3, 6000
    targets = np.tile([1, 3, 5], (rows // 3, 1)).reshape(-1, 1)
    found = np.asarray(draw_distinct(targets, count, size, keras.random.SeedGenerator(3)))
    assert found.shape == (rows, 1, count)
    together = np.concatenate([found[:, 0], targets], axis=1)
    assert all(len(set(row)) == count + 1 for row in together.tolist())
    for target in (1, 3, 5):
        of_target = found[targets[:, 0] == target, 0]
        for place in range(count):  # In each place: 2,000 draws of the four others, 500 each; six deviations are 116.
            values, counts = np.unique(of_target[:, place], return_counts=True)
            assert values.tolist() == [each for each in range(1, size) if each != target]
            assert np.abs(counts - 500).max() < 116


def test_distinct_draws_need_enough_items():
    draw_distinct(np.array([1]), 4, 6, keras.random.SeedGenerator(1))
    with pytest.raises(
        ValueError, match="4 distinct negatives beside a target need at least 5 items. Received: items=4"
    ):
        draw_distinct(np.array([1]), 4, 5, keras.random.SeedGenerator(1))
