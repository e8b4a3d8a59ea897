"""What goes to a model server over gRPC and what its answers mean, whoever carries them.

Importing this imports TensorFlow, which the stubs of TF Serving need.
"""

import contextlib
from collections.abc import Iterator
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, predict_pb2

from serving.call import Call
from serving.call_error import INTERNAL, CallError
from serving.transport import Outputs, VersionState

CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Retrying is the client's business, the same for both protocols.
    ("grpc.enable_retries", 0),
    # Model servers are reached directly, whatever proxy the environment names for the web.
    ("grpc.enable_http_proxy", 0),
)
"""Of the channel that carries the messages."""

_SIGNATURE_DEF = "signature_def"


class GrpcMessages:
    """The requests to one model, and what is answered to them."""

    def __init__(self, address: str, model_name: str):
        """Takes the server's host and port, and the model's name there."""
        self._address = address
        self._model_name = model_name

    def predict(self, call: Call) -> predict_pb2.PredictRequest:
        """Asks a signature."""
        return call.grpc_message(self._model_name)

    def metadata(self) -> get_model_metadata_pb2.GetModelMetadataRequest:
        """Asks for the signatures."""
        request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=[_SIGNATURE_DEF])
        request.model_spec.name = self._model_name
        return request

    def status(self) -> get_model_status_pb2.GetModelStatusRequest:
        """Asks for the versions."""
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = self._model_name
        return request

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Turns what goes wrong on the way, and refusals, into a `CallError`."""
        try:
            yield
        except grpc.RpcError as error:
            raise CallError(error.code().name, error.details(), self._address) from error

    def outputs(self, call: Call, response: predict_pb2.PredictResponse) -> Outputs:
        """The outputs that a signature answered.

        Raises:
            CallError: Another signature did.
        """
        if not set(call.outputs) <= set(response.outputs):
            found = sorted(response.outputs)
            raise CallError(INTERNAL, f"not an answer of the {call.signature} signature: it has {found}", self._address)
        return {name: _values(tensor) for name, tensor in response.outputs.items()}

    def signature_names(self, response: get_model_metadata_pb2.GetModelMetadataResponse) -> frozenset[str]:
        """The signatures that metadata tells."""
        found = get_model_metadata_pb2.SignatureDefMap()
        response.metadata[_SIGNATURE_DEF].Unpack(found)
        # TensorFlow keeps operations of its own beside the signatures, under names with two underscores.
        return frozenset(name for name in found.signature_def if not name.startswith("__"))

    def version_states(self, response: get_model_status_pb2.GetModelStatusResponse) -> list[VersionState]:
        """The versions that a status tells, newest first."""
        name_of = get_model_status_pb2.ModelVersionStatus.State.Name
        return [
            VersionState(each.version, name_of(each.state), each.status.error_message)
            for each in response.model_version_status
        ]


def _values(tensor: tensor_pb2.TensorProto) -> Any:
    array = tf.make_ndarray(tensor)
    return (np.char.decode(array.astype(bytes), "utf-8", "replace") if array.dtype == object else array).tolist()
