"""Our messages against those of `tensorflow-serving-api`, and that they live beside them."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
from tensorflow.core.framework import types_pb2

# Not `model_service_pb2`, which newer versions of protobuf cannot load.
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.messages import prediction_messages as ours

THEIRS = [
    predict_pb2.PredictRequest,
    predict_pb2.PredictResponse,
    get_model_metadata_pb2.SignatureDefMap,
    get_model_metadata_pb2.GetModelMetadataRequest,
    get_model_metadata_pb2.GetModelMetadataResponse,
    get_model_status_pb2.GetModelStatusRequest,
    get_model_status_pb2.GetModelStatusResponse,
]


@pytest.mark.parametrize("their_class", THEIRS, ids=lambda each: each.__name__)
def test_fields_have_their_numbers_and_kinds(their_class):
    compare(getattr(ours, their_class.__name__).DESCRIPTOR, their_class.DESCRIPTOR)


def compare(our, their):
    """Compares the fields of ours with theirs of that name, and so on within."""
    for field in our.fields:
        other = their.fields_by_name[field.name]
        # An enumeration travels as an int32 does.
        kind = other.TYPE_INT32 if other.type == other.TYPE_ENUM else other.type
        expected = (other.number, kind, is_repeated(other))
        assert (field.number, field.type, is_repeated(field)) == expected, field.full_name
        if field.message_type is not None:
            assert field.message_type.GetOptions().map_entry == other.message_type.GetOptions().map_entry
            compare(field.message_type, other.message_type)


def is_repeated(field):
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def test_types_states_and_methods_are_theirs():
    types = {name: number for name, number in vars(ours).items() if name.startswith("DT_")}
    assert types == {name: getattr(types_pb2, name) for name in types}
    assert {number: name for name, number in get_model_status_pb2.ModelVersionStatus.State.items()} == ours.STATES
    paths = []
    channel = SimpleNamespace(unary_unary=lambda path, **_: paths.append(path))
    model_service_pb2_grpc.ModelServiceStub(channel)
    prediction_service_pb2_grpc.PredictionServiceStub(channel)
    assert {ours.PREDICT, ours.GET_MODEL_METADATA, ours.GET_MODEL_STATUS} <= set(paths)


OURS = "import serving.client.grpc_transport\n"
TENSORFLOW = "import tensorflow as tf\nfrom tensorflow_serving.apis import predict_pb2\n"
CALL = """
from serving.client.call import Call
call = Call('s', {'x': [['a', 'é']], 'k': [3], 'is': [True], 'time': [2**40]}, ())
sent = predict_pb2.PredictRequest.FromString(call.grpc_message('shop', 7).SerializeToString())
assert sent.model_spec.version.value == 7
print([tf.make_ndarray(sent.inputs[name]).tolist() for name in ('x', 'k', 'is', 'time')])
"""


@pytest.mark.parametrize("imports", [OURS + TENSORFLOW, TENSORFLOW + OURS], ids=["ours first", "theirs first"])
def test_live_beside_theirs_in_either_order(imports):
    command = [sys.executable, "-W", "ignore", "-c", imports + CALL]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout == f"[{[[b'a', 'é'.encode()]]}, [3], [True], [1099511627776]]\n", ended.stderr
