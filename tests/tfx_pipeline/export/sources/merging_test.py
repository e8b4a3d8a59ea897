import tensorflow as tf

from tfx_pipeline.export.sources.merging import SourceList, merged


def rows_of(lists, columns):
    made = [SourceList(source, tf.constant(places, tf.int32), quota, after) for source, places, quota, after in lists]
    places, sources = merged(made, tf.constant(columns))
    return [
        [(place, source) for place, source in zip(*row, strict=True) if place >= 0]
        for row in zip(places.numpy().tolist(), sources.numpy().tolist(), strict=True)
    ]


def test_lists_take_turns_in_proportion_to_their_quotas():
    four, two = [[1, 2, 3, 4]], [[7, 8]]
    # Two of the first list, then one of the second; at equal turns the earlier list comes first.
    expected = [(1, 0), (2, 0), (7, 1), (3, 0), (4, 0), (8, 1)]
    assert rows_of([(0, four, 4, 0), (1, two, 2, 0)], 6) == [expected]
    assert rows_of([(0, four, 4, 0), (1, two, 2, 0)], 3) == [expected[:3]]


def test_what_exceeds_a_quota_fills_the_rest():
    assert rows_of([(0, [[1, 2, 3, 4]], 1, 0), (1, [[7]], 1, 0)], 4) == [[(1, 0), (7, 1), (2, 0), (3, 0)]]


def test_a_list_may_come_after_the_others():
    assert rows_of([(0, [[1, 2]], 1, 0), (4, [[8, 9]], 2, 1)], 9) == [[(1, 0), (8, 4), (2, 0), (9, 4)]]


def test_an_item_stands_once_where_it_comes_first():
    # Item 7 is third by the one source and first by the other, which has its turn before.
    assert rows_of([(0, [[1, 2, 7]], 3, 0), (1, [[7, 1]], 2, 0)], 9) == [[(1, 0), (7, 1), (2, 0)]]


def test_padding_is_no_item_and_rows_do_not_see_each_other():
    lists = [(0, [[1, 2], [3, -1]], 2, 0), (1, [[-1], [1]], 1, 0)]
    assert rows_of(lists, 5) == [[(1, 0), (2, 0)], [(3, 0), (1, 1)]]
    assert rows_of([(0, [[-1], [-1]], 2, 0), (1, [[], []], 3, 0)], 5) == [[], []]
