"""What the signatures of a real export do not show; `signatures/retrieval_signatures_test.py` has what they do."""

import numpy as np
import pytest
import tensorflow as tf

from tfx_pipeline.export.catalogue.category_filter import CategoryFilter

# Padding, three items of which one has no second level and one nothing, and what is unknown.
INDICES = np.array([[0, 0], [1, 2], [2, 1], [1, 0], [0, 0], [0, 0]])
VOCABULARIES = [[b"home", b"garden"], [b"lamps", b"mugs"]]
NO_INDICES = np.zeros([6, 0], np.int32)


@pytest.mark.parametrize(
    ("indices", "category", "expected"),
    [
        (INDICES, ["home", "mugs"], [1]),
        (INDICES, ["lamps"], []),
        (INDICES, ["home", "", ""], [1, 3]),
        (INDICES, ["home", "mugs", "blue"], []),
        (INDICES, ["", ""], [0, 1, 2, 3, 4, 5]),
        (INDICES, [], [0, 1, 2, 3, 4, 5]),
        # Where no item has a category, only all of them can be meant.
        (NO_INDICES, ["home"], []),
        (NO_INDICES, [""], [0, 1, 2, 3, 4, 5]),
    ],
)
def test_every_level_that_is_named_must_fit(indices, category, expected):
    vocabularies = VOCABULARIES[: indices.shape[1]]
    chosen = CategoryFilter.of_indices(indices, vocabularies).items_of(tf.constant([category], tf.string))
    assert np.flatnonzero(chosen[0]).tolist() == expected
