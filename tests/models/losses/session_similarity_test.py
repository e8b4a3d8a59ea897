import numpy as np
import pytest
import tensorflow as tf

from models.losses.session_similarity import session_alignment, session_discrimination

# Cosines of neighbours: 0.6 and -0.8; 0; the last row has one session.
SESSIONS = np.array([[[1, 0], [3, 4], [0, -2]], [[1, 0], [0, 1], [0, 0]], [[5, 5], [0, 0], [0, 0]]], "float32")
OCCUPIED = np.array([[True, True, True], [True, True, False], [True, False, False]])


def test_neighbours_count_by_their_absolute_cosine():
    # Three pairs are occupied: 0.6, 0.8 and 0.
    np.testing.assert_allclose(session_discrimination(SESSIONS, OCCUPIED), (0.6 + 0.8 + 0) / 3, rtol=1e-5)


def test_the_same_sessions_of_both_branches_count_by_their_cosine():
    other = np.array([[[2, 0], [-3, -4], [1, 0]], [[1, 1], [1, 0], [1, 0]], [[0, 1], [1, 1], [1, 1]]], "float32")
    occupied = np.array([[True] * 3, [True] * 3, [False] * 3])
    # Five are occupied in both: 1, -1, 0, 1 / sqrt(2) and 0.
    expected = (1 - 1 + 0 + 0.5**0.5 + 0) / 5
    np.testing.assert_allclose(session_alignment(SESSIONS, other, OCCUPIED, occupied), expected, rtol=1e-5)


@pytest.mark.parametrize("sessions", [1, 3])
def test_without_pairs_it_is_0_and_so_is_the_gradient(sessions):
    vectors = tf.Variable(tf.zeros((2, sessions, 2)))
    occupied = np.zeros((2, sessions), bool)
    with tf.GradientTape() as tape:
        loss = session_discrimination(vectors, occupied) + session_alignment(vectors, vectors, occupied, occupied)
    assert float(loss) == 0
    np.testing.assert_array_equal(tape.gradient(loss, vectors, unconnected_gradients="zero"), np.zeros(vectors.shape))
