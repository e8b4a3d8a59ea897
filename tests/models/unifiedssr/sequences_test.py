import numpy as np
import pytest

from models.unifiedssr.sequences import Sequences, of_surface, target_weights, targets
from schemas import features
from schemas.canonical_event import Surface

INPUTS = {
    features.USER: np.array([3, 4]),
    features.RECOMMENDATION_ITEMS: np.array([[5, 6, 0], [0, 0, 0]]),
    features.SEARCH_ITEMS: np.array([[[7, 8], [0, 0]], [[9, 0], [2, 1]]]),
    features.SEARCH_WORDS: np.array([[[1, 2], [0, 0]], [[3, 0], [4, 5]]]),
    features.SEARCH_KINDS: np.array([[1, 0], [1, 1]]),
    features.RECOMMENDATION_POSITIONS: np.array([[0, 2, 0], [0, 0, 0]]),
    features.SEARCH_POSITIONS: np.array([[1, 0], [0, 1]]),
    features.QUERY_WORDS: np.array([[6, 7], [8, 0]]),
}
FINAL = np.array([11, 12])


def test_recommendation_is_one_item_an_event_and_has_no_queries():
    sequences = of_surface(INPUTS, Surface.RECOMMENDATION, with_queries=False)
    # The longest history of the batch has two events; the third place is nobody's.
    np.testing.assert_array_equal(sequences.items, [[[5], [6]], [[0], [0]]])
    np.testing.assert_array_equal(sequences.lengths, [2, 0])
    assert sequences.queries is None
    np.testing.assert_array_equal(sequences.at_the_end, [[False, False, True], [True, False, False]])
    np.testing.assert_array_equal(sequences.is_event, [[True, True], [False, False]])


@pytest.mark.parametrize("surface", list(Surface))
@pytest.mark.parametrize("rows", [0, 2])
def test_there_is_one_place_where_nobody_has_a_history(surface, rows):
    nobody = {name: np.zeros_like(values)[:rows] for name, values in INPUTS.items()}
    assert of_surface(nobody, surface).items.shape[:2] == (rows, 1)


def test_the_requests_query_comes_behind_the_last_session():
    sequences = of_surface(INPUTS, Surface.SEARCH)
    np.testing.assert_array_equal(sequences.lengths, [1, 2])
    np.testing.assert_array_equal(sequences.queries, [[[1, 2], [6, 7], [0, 0]], [[3, 0], [4, 5], [8, 0]]])
    assert of_surface(INPUTS, Surface.SEARCH, with_queries=False).queries is None


def test_a_position_of_recommendation_has_the_query_of_the_newest_search_before_its_next_event():
    # The first user clicked, searched and clicked again; the second searched twice. Request's queries are not read.
    queries = of_surface(INPUTS, Surface.RECOMMENDATION).queries
    np.testing.assert_array_equal(queries[0], [[0, 0], [1, 2], [1, 2]])
    np.testing.assert_array_equal(queries[1, 0], [4, 5])
    # Two searches lie between the two clicks, none before the first.
    inputs = {
        features.USER: np.array([3]),
        features.RECOMMENDATION_ITEMS: np.array([[5, 6]]),
        features.RECOMMENDATION_POSITIONS: np.array([[0, 3]]),
        features.SEARCH_WORDS: np.array([[[1], [2], [3]]]),
        features.SEARCH_POSITIONS: np.array([[1, 2, 4]]),
        features.SEARCH_KINDS: np.array([[1, 1, 1]]),
    }
    np.testing.assert_array_equal(of_surface(inputs, Surface.RECOMMENDATION).queries, [[[0], [2], [3]]])
    # What is told of padding does not matter.
    inputs[features.SEARCH_KINDS] = np.array([[1, 0, 0]])
    np.testing.assert_array_equal(of_surface(inputs, Surface.RECOMMENDATION).queries, [[[0], [1], [1]]])


def test_each_position_predicts_the_next_event_and_the_last_the_rows_target():
    sequences = of_surface(INPUTS, Surface.SEARCH)
    expected = [[[7, 8], [11, 0], [0, 0]], [[9, 0], [2, 1], [12, 0]]]
    np.testing.assert_array_equal(targets(sequences, FINAL), expected)
    recommendation = of_surface(INPUTS, Surface.RECOMMENDATION, with_queries=False)
    np.testing.assert_array_equal(targets(recommendation, FINAL), [[[5], [6], [11]], [[12], [0], [0]]])
    # The last position alone may have a target.
    expected = [[[0, 0], [11, 0], [0, 0]], [[0, 0], [0, 0], [12, 0]]]
    np.testing.assert_array_equal(targets(sequences, FINAL, every_position=False), expected)


def test_each_target_has_the_weight_of_its_event():
    """Of two rows with two events and one; a third place of the history is padding for both."""
    sequences = Sequences(
        users=np.array([1, 2]),
        items=np.array([[[5, 6], [7, 0]], [[8, 0], [0, 0]]]),
        lengths=np.array([2, 1]),
        queries=None,
    )
    history = np.array([[[0.5, 0.6], [0.7, 0], [0, 0]], [[0.8, 0], [0, 0], [0, 0]]], "float32")
    weights = np.asarray(target_weights(sequences, np.array([9.0, 4.0], "float32"), history))
    target_ids = np.asarray(targets(sequences, np.array([3, 4])))
    assert target_ids.tolist() == [[[5, 6], [7, 0], [3, 0]], [[8, 0], [4, 0], [0, 0]]]
    expected = [[[0.5, 0.6], [0.7, 0], [9, 0]], [[0.8, 0], [4, 0], [0, 0]]]
    np.testing.assert_allclose(np.where(target_ids > 0, weights, 0), expected, rtol=1e-6)
    # Events of the feed have one item each.
    feed = sequences._replace(items=sequences.items[:, :, :1])
    of_feed = np.asarray(target_weights(feed, np.array([9.0, 4.0], "float32"), history[:, :, 0]))
    np.testing.assert_allclose(of_feed[:, :, 0], [[0.5, 0.7, 9], [0.8, 4, 0]], rtol=1e-6)
