import numpy as np

from models.layers.embedding.distinct_rows import distinct_rows


def test_each_id_comes_once_and_padding_always():
    ids = [np.array([[7, 3], [3, 5]]), np.array([5, 5])]
    rows, places = distinct_rows(ids, 9)
    assert rows.numpy().tolist() == [0, 3, 5, 7]
    for each in ids:
        np.testing.assert_array_equal(rows.numpy()[places.numpy()[each]], each)
