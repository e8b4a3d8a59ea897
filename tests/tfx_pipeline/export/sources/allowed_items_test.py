import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.sources.allowed_items import AllowedItems
from tfx_pipeline.export.sources.popularity_order import PopularityOrder
from tfx_pipeline.export.sources.weighted_lists import Entries

# Rows 1 to 4 of the table; by popularity they are 3, 1, 4, 2.
ORDER = PopularityOrder(np.array([0, 7, 1, 9, 3, 0]))
FILTERS = CategoryFilter(
    np.array([["", ""], ["home", "mugs"], ["home", ""], ["garden", "mugs"], ["home", "lamps"], ["", ""]], object)
)
PLACES = {3: 0, 1: 1, 4: 2, 2: 3}


def allowed(category, left_out):
    places = [[PLACES.get(row, -1) for row in rows] for rows in left_out]
    return AllowedItems(ORDER, FILTERS, tf.constant(category), tf.constant(places, tf.int32))


@pytest.mark.parametrize(
    ("category", "left_out", "expected"),
    [
        ([[""], [""]], [[], []], [[3, 1, 4, 2], [3, 1, 4, 2]]),
        # What one row leaves out, another may have; 0 is padding.
        ([[""], [""]], [[3, 4], [1, 0]], [[1, 2], [3, 4, 2]]),
        ([["home"], [""]], [[1, 1], [0, 0]], [[4, 2], [3, 1, 4, 2]]),
        ([["", "mugs"], ["home", "mugs"]], [[], []], [[3, 1], [1]]),
        # No item has a category at a third level, and no item is of a zoo.
        ([["home", "mugs", "red"], ["zoo", "", ""]], [[], []], [[], []]),
    ],
)
def test_the_most_popular_items_that_each_row_allows(category, left_out, expected):
    items = allowed(category, left_out)
    for count in (1, 2, 9):
        places = items.most_popular(tf.constant(count)).numpy()
        rows = [[int(ORDER.rows.numpy()[place]) for place in row if place >= 0] for row in places]
        assert rows == [row[:count] for row in expected]
    pairs = [(row, PLACES[item]) for row in (0, 1) for item in (1, 2, 3, 4)]
    rows, places = map(tf.constant, zip(*pairs, strict=True))
    kept = items.of(Entries(rows, places, tf.zeros([8])))
    told = {(int(row), int(ORDER.rows.numpy()[place])) for row, place in zip(kept.rows, kept.places, strict=True)}
    assert told == {(row, item) for row in (0, 1) for item in expected[row]}


def test_how_much_of_a_list_is_enough():
    # The first row leaves out two items, so of five items of a list three are left.
    assert int(allowed([[""], [""]], [[3, 4], [1, 0]]).enough(tf.constant(3))) == 5
    # All items but the last may be of another category.
    assert int(allowed([["home"], [""]], [[], []]).enough(tf.constant(3))) >= 2**31 - 1


def test_no_rows():
    nobody = AllowedItems(ORDER, FILTERS, tf.zeros([0, 1], tf.string), tf.zeros([0, 2], tf.int32))
    assert nobody.most_popular(tf.constant(2)).shape[0] == 0
