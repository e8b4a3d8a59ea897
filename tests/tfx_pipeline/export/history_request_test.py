import pytest
import tensorflow as tf

from schemas import features, signatures
from tests.support.exported_retriever import HISTORY, history_inputs
from tfx_pipeline.export.history_request import raw_features, seen_items

REQUEST = {name: tf.constant(value) for name, value in history_inputs([HISTORY, ()], ["u1", ""]).items()}


@pytest.mark.parametrize("query", [{}, {signatures.RANK_QUERY: tf.constant(["", "red"])}])
def test_a_request_becomes_an_example_without_candidates_of_the_surface_that_is_asked_for(query):
    raw = raw_features(REQUEST | query, tf.constant(["search", "recommendation"]))
    found = {name: tf.RaggedTensor.from_sparse(values).to_list() for name, values in raw.items()}
    assert raw[features.CANDIDATES].dense_shape.numpy().tolist() == [2, 0]
    assert found[features.SURFACE] == [[b"search"], [b"recommendation"]]
    assert found[features.QUERY] == ([[], [b"red"]] if query else [[], []])
    assert found[features.HISTORY_ITEMS] == [[b"item-a", b"item-c", b"item-d"], []]


def test_padding_holds_nothing_that_was_seen():
    surfaces = {signatures.RANK_HISTORY_SURFACES: tf.constant([["", "search"], ["", ""]])}
    assert seen_items(REQUEST).numpy().tolist() == [[b"item-a", b"", b"item-c", b"item-d"], [b""] * 4]
    assert seen_items(REQUEST | surfaces).numpy().tolist() == [[b"", b"", b"item-c", b"item-d"], [b""] * 4]
