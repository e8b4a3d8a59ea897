import numpy as np
import pytest
import tensorflow as tf

from schemas import features, retrieval_sources
from tfx_pipeline.export.catalogue.category_filter import CategoryFilter
from tfx_pipeline.export.sources.allowed_items import AllowedItems
from tfx_pipeline.export.sources.fallback import Fallback, Found, nothing_is_known
from tfx_pipeline.export.sources.popularity_order import PopularityOrder

ITEMS, WORDS = 5, 4
"""Of the table and of the vocabulary, with padding and the unknown: items 1 to 3, words 1 and 2."""
NOTHING = {
    features.RECOMMENDATION_ITEMS: [0, 0],
    features.SEARCH_ITEMS: [[0], [0]],
    features.SEARCH_WORDS: [[0, 0], [0, 0]],
    features.QUERY_WORDS: [0, 0],
}


def inputs(*rows):
    return {name: tf.constant([(NOTHING | row)[name] for row in rows]) for name in NOTHING}


@pytest.mark.parametrize(
    ("told", "is_known"),
    [
        ({}, False),
        ({features.QUERY_WORDS: [3, 0]}, False),
        ({features.QUERY_WORDS: [3, 2]}, True),
        ({features.RECOMMENDATION_ITEMS: [4, 0]}, False),
        ({features.RECOMMENDATION_ITEMS: [4, 3]}, True),
        ({features.SEARCH_ITEMS: [[4], [1]]}, True),
        ({features.SEARCH_WORDS: [[3, 3], [0, 0]]}, False),
        ({features.SEARCH_WORDS: [[3, 0], [1, 0]]}, True),
    ],
)
def test_what_is_known_of_a_row(told, is_known):
    assert nothing_is_known(inputs({}, told), ITEMS, WORDS).numpy().tolist() == [True, not is_known]


def test_only_rows_of_which_nothing_is_known_get_the_most_popular_items():
    order = PopularityOrder(np.array([0, 1, 6, 3, 0]))
    filters = CategoryFilter(np.array([[""]] * ITEMS, object))
    found = Found(tf.constant([[1, 2], [1, 2]]), tf.constant([[0.5, 0.25]] * 2), tf.zeros([2, 2], tf.int32))

    def allowed():
        return AllowedItems(order, filters, tf.constant([[""], [""]]), tf.constant([[-1], [2]]))

    rows = inputs({features.QUERY_WORDS: [1, 0]}, {})
    answer = Fallback(order, WORDS).instead(found, rows, allowed, tf.constant(4))
    # The second row leaves out the item at the third place, which is item 1.
    assert answer.rows.numpy().tolist() == [[1, 2, 0, 0], [2, 3, 0, 0]]
    popularity = retrieval_sources.SOURCES.index("popularity")
    assert answer.sources.numpy()[:, :2].tolist() == [[0, 0], [popularity] * 2]
    # Of 1 + 6 + 3 engagements and one more for each of the three.
    np.testing.assert_allclose(answer.scores.numpy()[:, :2], [[0.5, 0.25], [7 / 13, 4 / 13]], rtol=1e-6)
    assert (answer.scores.numpy()[:, 2:] == -np.inf).all()


def test_nothing_is_made_where_all_is_known():
    found = Found(tf.constant([[1]]), tf.constant([[0.5]]), tf.zeros([1, 1], tf.int32))
    order = PopularityOrder(np.zeros(ITEMS))
    filters = CategoryFilter(np.array([[""]] * ITEMS, object))
    answer = Fallback(order, WORDS).instead(
        found,
        inputs({features.QUERY_WORDS: [1, 0]}),
        lambda: AllowedItems(order, filters, tf.constant([[""]]), tf.constant([[-1]])),
        tf.constant(1),
    )
    assert answer.rows.numpy().tolist() == [[1]]
