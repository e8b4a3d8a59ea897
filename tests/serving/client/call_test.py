import json

import pytest
import tensorflow as tf

from schemas import signatures
from serving.client.call import Call, CallError

INPUTS = {
    signatures.RANK_USER_ID: ["é", ""],
    signatures.RANK_HISTORY_ITEMS: [[["a", ""], ["b", "c"], ["", ""]]] * 2,
    signatures.RANK_TIMESTAMP_MS: [2**40, -1],
    signatures.K: [3, 5],
    signatures.EXCLUDE_SEEN: [True, False],
}
CALL = Call("name", INPUTS, ("items",))


def test_the_rest_body_is_in_column_form():
    assert json.loads(CALL.rest_body()) == {"signature_name": "name", "inputs": INPUTS}


@pytest.mark.parametrize("name", list(INPUTS))
def test_the_grpc_message_holds_the_same_tensors(name):
    dtypes = {signatures.RANK_TIMESTAMP_MS: tf.int64, signatures.K: tf.int32, signatures.EXCLUDE_SEEN: tf.bool}
    wanted = tf.constant(INPUTS[name], dtypes.get(name, tf.string)).numpy()
    array = tf.make_ndarray(CALL.grpc_message("shop").inputs[name])
    assert (array.dtype, array.tolist()) == (wanted.dtype, wanted.tolist())


def test_bytes_that_are_no_text_go_too():
    call = Call("name", {"examples": [b"\xff\x00", b"a"], "word": ["é", b"\xc3\xa9"]}, ())
    assert json.loads(call.rest_body())["inputs"] == {
        "examples": [{"b64": "/wA="}, {"b64": "YQ=="}],
        "word": ["é", {"b64": "w6k="}],
    }
    message = call.grpc_message("shop")
    assert tf.make_ndarray(message.inputs["examples"]).tolist() == [b"\xff\x00", b"a"]
    assert tf.make_ndarray(message.inputs["word"]).tolist() == ["é".encode()] * 2


def test_the_grpc_message_names_model_signature_and_version():
    spec = CALL.grpc_message("shop", 7).model_spec
    assert (spec.name, spec.signature_name, spec.version.value) == ("shop", "name", 7)
    # The newest version is asked for by naming none.
    assert not CALL.grpc_message("shop").model_spec.HasField("version")


@pytest.mark.parametrize(
    ("message", "short"),
    [
        ("no such model", "no such model"),
        (
            "assertion failed: [`k` should be from 1 to 10000. Received:] [0]\n\t [[{{function_node answer_2}}"
            "{{node Assert/Assert}}]]",
            "`k` should be from 1 to 10000. Received: 0",
        ),
        (
            "{{function_node wrapper_76}} {{function_node wrapper_76}} Incompatible shapes: [2] "
            "vs. [3]\n\t [[{{node mul}}]]\n\t [[StatefulPartitionedCall]]",
            "Incompatible shapes: [2] vs. [3]",
        ),
    ],
)
def test_an_error_says_who_answered_what_without_operations_of_the_model(message, short):
    error = CallError("INVALID_ARGUMENT", message, "a:1")
    assert str(error) == f"a:1 answered INVALID_ARGUMENT: {short}"
    assert (error.code, error.message, error.address) == ("INVALID_ARGUMENT", message, "a:1")
