import pytest
import tensorflow as tf

from schemas import features, signatures
from tfx_pipeline.export.history_request import raw_features, seen_items

REQUEST = {
    signatures.RANK_USER_ID: tf.constant(["u1", ""]),
    signatures.RANK_HISTORY_SURFACES: tf.constant([["search", "recommendation"], ["recommendation", ""]]),
    signatures.RANK_HISTORY_QUERIES: tf.constant([["blue cup", ""], ["", ""]]),
    signatures.RANK_HISTORY_ITEMS: tf.constant([[["a", "b"], ["c", ""]], [["d", ""], ["x", ""]]]),
}


def rows(sparse: tf.SparseTensor) -> list:
    return tf.RaggedTensor.from_sparse(sparse).to_list()


def test_a_request_becomes_an_example_without_candidates():
    raw = raw_features(REQUEST, tf.constant(["recommendation", "search"]))
    assert rows(raw[features.USER_ID]) == [[b"u1"], []]
    assert rows(raw[features.SURFACE]) == [[b"recommendation"], [b"search"]]
    assert rows(raw[features.QUERY]) == [[], []]
    assert raw[features.CANDIDATES].dense_shape.numpy().tolist() == [2, 0]
    assert rows(raw[features.HISTORY_KINDS]) == [[2, 1], [1]]
    assert rows(raw[features.HISTORY_ITEMS]) == [[b"a", b"b", b"c"], [b"d"]]


def test_a_search_stays_one_without_a_query():
    request = REQUEST | {signatures.RANK_QUERY: tf.constant(["red", ""])}
    raw = raw_features(request, tf.constant(["search", "search"]))
    assert rows(raw[features.QUERY]) == [[b"red"], []]
    assert rows(raw[features.SURFACE]) == [[b"search"], [b"search"]]


def test_padding_holds_nothing_that_was_seen():
    assert [set(row) - {b""} for row in seen_items(REQUEST).numpy().tolist()] == [{b"a", b"b", b"c"}, {b"d"}]


def test_a_surface_of_the_history_that_is_none_is_refused():
    request = REQUEST | {signatures.RANK_HISTORY_SURFACES: tf.constant([["feed", ""], ["", ""]])}
    with pytest.raises(tf.errors.InvalidArgumentError, match="give 'recommendation' or 'search' for a token"):
        raw_features(request, tf.constant(["search", "search"]))
