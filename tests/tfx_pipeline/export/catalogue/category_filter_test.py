import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export.catalogue.category_filter import CategoryFilter

# Padding, three items of which one has no second level and one nothing, and what is unknown.
INDICES = np.array([[0, 0], [1, 2], [2, 1], [1, 0], [0, 0], [0, 0]])
VOCABULARIES = [[b"home", b"garden"], [b"lamps", b"mugs"]]


@pytest.mark.parametrize(
    ("category", "expected"),
    [
        (["home"], [1, 3]),
        (["home", "mugs"], [1]),
        (["", "lamps"], [2]),
        (["garden", "mugs"], []),
        (["lamps"], []),
        (["zoo"], []),
        (["home", "", ""], [1, 3]),
        (["home", "mugs", "blue"], []),
        (["", ""], [0, 1, 2, 3, 4, 5]),
        ([], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_every_level_that_is_named_must_fit(category, expected):
    chosen = CategoryFilter.of_indices(INDICES, VOCABULARIES).items_of(tf.constant([category], tf.string))
    assert np.flatnonzero(chosen[0]).tolist() == expected


def test_each_row_has_its_own():
    chosen = CategoryFilter.of_indices(INDICES, VOCABULARIES).items_of(tf.constant([["garden", ""], ["", "mugs"]]))
    assert [np.flatnonzero(row).tolist() for row in chosen] == [[2], [1]]


def test_where_no_item_has_a_category_only_all_of_them_can_be_meant():
    chosen = CategoryFilter.of_indices(np.zeros([3, 0], np.int32), []).items_of(tf.constant([["home"], [""]]))
    assert chosen.numpy().tolist() == [[False] * 3, [True] * 3]
