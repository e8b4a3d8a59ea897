import keras
import numpy as np

from models.layers.embedding.item_popularity import ItemPopularity
from tests.support.layer_case import run_build_test


def popularity():
    return run_build_test(ItemPopularity, {"items": 4}, trainable_weights=0)


def test_shares_are_counts_and_one_and_equal_before_it_is_told():
    layer = popularity()
    np.testing.assert_allclose(layer.log_share(np.array([1, 2, 3])), np.log([1 / 3] * 3), rtol=1e-5)
    layer.set_counts(np.array([0, 9, 0, 4]))
    np.testing.assert_allclose(layer.log_share(np.array([1, 2, 3])), np.log([10 / 16, 1 / 16, 5 / 16]), rtol=1e-5)


def test_items_are_drawn_by_their_shares_and_padding_never():
    keras.utils.set_random_seed(0)
    layer = popularity()
    layer.set_counts(np.array([100, 9, 0, 4]))
    drawn = np.bincount(layer.draw(20_000).numpy(), minlength=4)
    # Four standard deviations of a share of 10/16 in 20,000 draws are 0.014.
    np.testing.assert_allclose(drawn / 20_000, [0, 10 / 16, 1 / 16, 5 / 16], atol=0.014)
    assert drawn[0] == 0
