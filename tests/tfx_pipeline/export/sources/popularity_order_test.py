import numpy as np

from tfx_pipeline.export.sources.popularity_order import PopularityOrder


def test_items_by_engagements_and_equal_ones_by_row():
    # Neither padding nor the unknown item is an item, however often it was met.
    order = PopularityOrder(np.array([99, 1, 4, 0, 1, 99]))
    assert (order.items, order.rows.numpy().tolist()) == (4, [2, 1, 4, 3])
    assert order.places.numpy().tolist() == [-1, 1, 0, 3, 2, -1]
    # Of 4 + 1 + 1 + 0 engagements, and one more for each of the four.
    np.testing.assert_allclose(order.shares.numpy(), [0.5, 0.2, 0.2, 0.1])
