import json

import pytest

from schemas import signatures
from schemas.canonical_event import Surface, Token
from serving.request_builder import RankRequest, predict_request, rank_inputs, rest_body

FEED = Token(Surface.RECOMMENDATION, ("mug",))
SESSION = Token(Surface.SEARCH, ("lamp", "vase"), "red")
UNCLICKED = Token(Surface.SEARCH, (), "blué")


def test_a_whole_request():
    request = RankRequest("17850", ("a", "b"), "red mug", (FEED, SESSION, UNCLICKED))
    assert rank_inputs([request]) == {
        signatures.RANK_USER_ID: ["17850"],
        signatures.RANK_QUERY: ["red mug"],
        signatures.RANK_CANDIDATES: [["a", "b"]],
        signatures.RANK_HISTORY_SURFACES: [["recommendation", "search", "search"]],
        signatures.RANK_HISTORY_QUERIES: [["", "red", "blué"]],
        signatures.RANK_HISTORY_ITEMS: [[["mug", ""], ["lamp", "vase"], ["", ""]]],
    }


def test_several_users_are_padded_at_the_end():
    requests = [RankRequest("1", ("a", "b", "c")), RankRequest("2", ("d",), history=(SESSION, FEED))]
    inputs = rank_inputs(requests)
    assert inputs[signatures.RANK_CANDIDATES] == [["a", "b", "c"], ["d", "", ""]]
    assert inputs[signatures.RANK_HISTORY_SURFACES] == [["", ""], ["search", "recommendation"]]
    assert inputs[signatures.RANK_HISTORY_QUERIES] == [["", ""], ["red", ""]]
    assert inputs[signatures.RANK_HISTORY_ITEMS] == [[["", ""], ["", ""]], [["lamp", "vase"], ["mug", ""]]]


def test_an_empty_history_keeps_one_place_on_each_axis():
    inputs = rank_inputs([RankRequest("", ("a",))])
    assert inputs[signatures.RANK_HISTORY_SURFACES] == [[""]]
    assert inputs[signatures.RANK_HISTORY_ITEMS] == [[[""]]]


def test_the_rest_body_is_in_column_form():
    request = RankRequest("é", ("a",))
    body = json.loads(rest_body([request]))
    assert body == {"signature_name": signatures.RANK, "inputs": rank_inputs([request])}


def test_the_grpc_message_holds_the_same_tensors():
    import tensorflow as tf

    requests = [
        RankRequest("17850", ("a", "b", "c"), "é", (FEED, SESSION)),
        RankRequest("2", ("d",)),
    ]
    message = predict_request(requests, "shop", version=7)
    assert (message.model_spec.name, message.model_spec.signature_name) == ("shop", signatures.RANK)
    assert message.model_spec.version.value == 7
    for name, values in rank_inputs(requests).items():
        wanted = tf.constant(values).numpy()
        array = tf.make_ndarray(message.inputs[name])
        assert array.shape == wanted.shape
        assert array.tolist() == wanted.tolist()


def test_the_newest_version_is_asked_for_by_naming_none():
    assert not predict_request([RankRequest("1", ("a",))], "shop").model_spec.HasField("version")


def test_refusals():
    with pytest.raises(ValueError, match="A request needs candidates. Received: none, for user '1'"):
        RankRequest("1", ())
    with pytest.raises(ValueError, match="A candidate is empty, which stands for padding."):
        RankRequest("1", ("a", ""))
    with pytest.raises(ValueError, match="A call needs at least one request. Received: none"):
        rank_inputs([])


def test_the_moment_is_told_where_a_request_tells_it():
    told = RankRequest("1", ("a",), timestamp_ms=86_400_000, context={"device": "tablet"})
    inputs = rank_inputs([told, RankRequest("2", ("b",))])
    assert inputs["timestamp_ms"] == [86_400_000, -1]
    assert inputs["device"] == ["tablet", ""]
    assert {"timestamp_ms", "device"}.isdisjoint(rank_inputs([RankRequest("2", ("b",))]))
    import tensorflow as tf

    message = predict_request([told], "shop")
    assert tf.make_ndarray(message.inputs["timestamp_ms"]).tolist() == [86_400_000]
    assert tf.make_ndarray(message.inputs["device"]).tolist() == [b"tablet"]
