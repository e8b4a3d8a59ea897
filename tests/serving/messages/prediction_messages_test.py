"""Our messages against those of `tensorflow-serving-api`, and that they do without TensorFlow."""

import subprocess
import sys

import pytest

from serving.messages import prediction_messages as ours


def theirs():
    from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

    return predict_pb2, get_model_metadata_pb2, get_model_status_pb2


def their_class(name):
    return next(getattr(module, name) for module in theirs() if hasattr(module, name))


MESSAGES = ["PredictRequest", "PredictResponse", "SignatureDefMap"]
MESSAGES += [f"GetModel{what}{way}" for what in ("Metadata", "Status") for way in ("Request", "Response")]


@pytest.mark.parametrize("name", MESSAGES)
def test_fields_have_their_numbers_and_kinds(name):
    compared = []
    compare(getattr(ours, name).DESCRIPTOR, their_class(name).DESCRIPTOR, compared)
    assert compared


def compare(our, their, compared):
    """Compares the fields of ours with theirs of that name, and so on within."""
    for field in our.fields:
        other = their.fields_by_name[field.name]
        compared.append(field.full_name)
        assert field.number == other.number, field.full_name
        # An enumeration travels as an int32 does.
        kind = other.TYPE_INT32 if other.type == other.TYPE_ENUM else other.type
        assert field.type == kind, field.full_name
        assert is_repeated(field) == is_repeated(other), field.full_name
        if field.message_type is not None:
            assert field.message_type.GetOptions().map_entry == other.message_type.GetOptions().map_entry
            compare(field.message_type, other.message_type, compared)


def is_repeated(field):
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


@pytest.mark.parametrize("type_name", [name for name in vars(ours) if name.startswith("DT_")])
def test_types_have_their_numbers(type_name):
    from tensorflow.core.framework import types_pb2

    assert getattr(ours, type_name) == getattr(types_pb2, type_name)


def test_states_and_methods_are_theirs():
    _, _, get_model_status_pb2 = theirs()
    # Not `model_service_pb2`, which newer versions of protobuf cannot load.
    from tensorflow_serving.apis import model_service_pb2_grpc, prediction_service_pb2_grpc

    assert {number: name for name, number in get_model_status_pb2.ModelVersionStatus.State.items()} == ours.STATES
    channel = ChannelOfNames()
    model_service_pb2_grpc.ModelServiceStub(channel)
    prediction_service_pb2_grpc.PredictionServiceStub(channel)
    assert {ours.PREDICT, ours.GET_MODEL_METADATA, ours.GET_MODEL_STATUS} <= set(channel.paths)


class ChannelOfNames:
    """Takes down what a client's stub would call."""

    def __init__(self):
        self.paths = []

    def unary_unary(self, path, **_):
        self.paths.append(path)


IMPORTS = {
    "ours": "import serving.client.grpc_transport, serving.client.grpc_transport\n",
    "theirs": "import tensorflow as tf\nfrom tensorflow_serving.apis import predict_pb2\n",
}


@pytest.mark.parametrize("order", [("ours", "theirs"), ("theirs", "ours")])
def test_live_beside_theirs_in_either_order(order):
    code = (
        IMPORTS[order[0]]
        + IMPORTS[order[1]]
        + "from serving.client.call import Call\n"
        + "call = Call('s', {'x': [['a', 'é']], 'k': [3], 'is': [True], 'time': [2**40]}, ())\n"
        + "sent = predict_pb2.PredictRequest.FromString(call.grpc_message('shop', 7).SerializeToString())\n"
        + "assert tf.make_ndarray(sent.inputs['x']).tolist() == [[b'a', 'é'.encode()]]\n"
        + "assert sent.model_spec.version.value == 7\n"
        + "print([tf.make_ndarray(sent.inputs[name]).tolist() for name in ('k', 'is', 'time')])\n"
    )
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert ended.stdout == "[[3], [True], [1099511627776]]\n", ended.stderr
