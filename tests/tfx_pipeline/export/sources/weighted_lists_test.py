import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export.sources.weighted_lists import Entries, WeightedLists, distinct_keys, heaviest, summed


@pytest.fixture(scope="module")
def lists():
    """Key 1: items 5 (2.0), 3 (1.0) and 4 (1.0). Key 3: item 5 (0.5). Keys 0 and 2 have none."""
    entries = [(3, 5, 0.5), (1, 4, 1.0), (1, 5, 2.0), (1, 3, 1.0)]
    keys, places, weights = map(np.array, zip(*entries, strict=True))
    return WeightedLists(keys, places, weights, 4, "made")


def read(entries):
    return [each.numpy().tolist() for each in entries]


def test_lists_are_read_heaviest_first_and_of_equal_ones_the_more_popular(lists):
    assert read(lists.of(tf.constant([[0, 1], [3, 2]]))) == [[0, 0, 0, 1], [5, 3, 4, 5], [2.0, 1.0, 1.0, 0.5]]
    assert read(lists.of(tf.constant([[0], [2]]))) == [[], [], []]
    assert read(lists.of(tf.zeros([0, 3], tf.int32))) == [[], [], []]


def test_only_the_heaviest_of_each_list_are_read(lists):
    assert read(lists.of(tf.constant([[1, 3]]), tf.constant(2)))[1] == [5, 3, 5]


def test_weights_of_an_item_add_up_within_its_row(lists):
    entries = summed(lists.of(tf.constant([[1, 3], [3, 3]])), 6)
    assert read(entries) == [[0, 0, 0, 1], [3, 4, 5, 5], [1.0, 1.0, 2.5, 1.0]]


def test_the_heaviest_items_of_each_row():
    entries = Entries(tf.constant([0, 0, 0, 2]), tf.constant([3, 4, 5, 1]), tf.constant([1.0, 1.0, 2.5, 0.0]))
    assert heaviest(entries, tf.constant(3), 2).numpy().tolist() == [[5, 3], [-1, -1], [1, -1]]
    assert heaviest(entries, tf.constant(3), 9).numpy().tolist() == [[5, 3, 4], [-1, -1, -1], [1, -1, -1]]
    nothing = Entries(*(each[:0] for each in entries))
    assert heaviest(nothing, tf.constant(2), 4).shape == (2, 0)


def test_a_repeated_key_counts_once():
    keys = distinct_keys(tf.constant([[4, 2, 4, 0], [1, 1, 1, 1]]))
    assert np.sort(keys.numpy(), axis=1).tolist() == [[0, 0, 2, 4], [0, 0, 0, 1]]
    assert distinct_keys(tf.zeros([2, 0], tf.int32)).shape == (2, 0)
