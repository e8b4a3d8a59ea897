import pytest
import tensorflow as tf

from schemas import features, signatures
from tfx_pipeline.export.rank_request import raw_features

REQUEST = {
    signatures.RANK_USER_ID: tf.constant(["u1", ""]),
    signatures.RANK_QUERY: tf.constant(["red mug", ""]),
    signatures.RANK_CANDIDATES: tf.constant([["a", "", "b"], ["c", "d", ""]]),
    signatures.RANK_HISTORY_SURFACES: tf.constant([["search", "recommendation", ""], ["", "", ""]]),
    signatures.RANK_HISTORY_QUERIES: tf.constant([["blue cup", "", ""], ["", "", ""]]),
    signatures.RANK_HISTORY_ITEMS: tf.constant([[["a", "b"], ["c", ""], ["x", ""]], [["", ""]] * 3]),
}


def rows(sparse: tf.SparseTensor) -> list:
    return tf.RaggedTensor.from_sparse(sparse).to_list()


def test_a_request_becomes_the_features_of_an_example():
    raw = raw_features(REQUEST)
    assert rows(raw[features.USER_ID]) == [[b"u1"], []]
    assert rows(raw[features.SURFACE]) == [[b"search"], [b"recommendation"]]
    assert rows(raw[features.QUERY]) == [[b"red mug"], []]
    assert rows(raw[features.HISTORY_KINDS]) == [[2, 1], []]
    # The item in a padding place is no click.
    assert rows(raw[features.HISTORY_ITEM_COUNTS]) == [[2, 1], []]
    assert rows(raw[features.HISTORY_ITEMS]) == [[b"a", b"b", b"c"], []]
    assert rows(raw[features.HISTORY_QUERIES]) == [[b"blue cup"], []]


def test_candidates_keep_their_places():
    candidates = raw_features(REQUEST)[features.CANDIDATES]
    assert tf.sparse.to_dense(candidates).numpy().tolist() == [[b"a", b"", b"b"], [b"c", b"d", b""]]


def test_an_unknown_surface_is_refused_with_the_mend():
    request = {**REQUEST, signatures.RANK_HISTORY_SURFACES: tf.constant([["feed", "", ""], ["", "", ""]])}
    with pytest.raises(tf.errors.InvalidArgumentError, match="give 'recommendation' or 'search' for a token"):
        raw_features(request)


def test_without_context_a_request_has_neither_moment_nor_values():
    assert not {features.TIMESTAMP_MS, features.CONTEXT_VALUES} & set(raw_features(REQUEST))


def test_the_moment_and_the_values_of_a_request():
    context = {
        signatures.RANK_TIMESTAMP_MS: tf.constant([-1, 0], tf.int64),
        "device": tf.constant(["phone", ""]),
        "city": tf.constant(["", "Rome"]),
    }
    raw = raw_features({**REQUEST, **context})
    # Unknown values are left out, as they are in examples; the first moment of 1970 is one.
    assert rows(raw[features.TIMESTAMP_MS]) == [[], [0]]
    assert rows(raw[features.CONTEXT_VALUES]) == [[b"device=phone"], [b"city=Rome"]]


@pytest.mark.parametrize(("more", "accepted"), [(0, True), (1, False)])
def test_candidates_beyond_what_memory_should_take_are_refused_with_the_mend(more, accepted):
    places = signatures.MOST_CANDIDATES // 2 + more
    request = {**REQUEST, signatures.RANK_CANDIDATES: tf.fill([2, places], "a")}
    if accepted:
        assert raw_features(request)[features.CANDIDATES].dense_shape.numpy().tolist() == [2, places]
    else:
        with pytest.raises(tf.errors.InvalidArgumentError, match="candidates: a request may have 100,000, padding and"):
            raw_features(request)
