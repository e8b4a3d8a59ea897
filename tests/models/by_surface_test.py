import keras
import numpy as np
import pytest
import tensorflow as tf

from models.by_surface import by_surface
from schemas.canonical_event import Surface

VALUES = {Surface.SEARCH: [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], Surface.RECOMMENDATION: [[-1.0, -2.0]] * 3}


@pytest.mark.parametrize("is_search", [[True, False, True], [True, True, True], [False, False, False]])
def test_each_row_is_of_its_surface_and_a_surface_without_rows_is_not_computed(is_search):
    computed = []

    def compute(surface):
        computed.append(surface)
        return keras.ops.convert_to_tensor(VALUES[surface], "float32")

    values = by_surface(keras.ops.convert_to_tensor(is_search), compute, width=2, dtype="float32")
    surfaces = [Surface.SEARCH if search else Surface.RECOMMENDATION for search in is_search]
    np.testing.assert_array_equal(values, [VALUES[surface][row] for row, surface in enumerate(surfaces)])
    assert set(computed) == set(surfaces)
    # A graph holds each surface once.
    computed.clear()
    traced = tf.function(lambda is_search: by_surface(is_search, compute, 2, "float32"), autograph=False)
    np.testing.assert_array_equal(traced(tf.constant(is_search)), values)
    assert sorted(computed) == sorted(Surface)
