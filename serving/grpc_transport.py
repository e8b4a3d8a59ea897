"""The way to a model server over gRPC. Importing this imports TensorFlow, which the stubs of TF Serving need."""

from collections.abc import Callable
from typing import Any

import grpc
import numpy as np
import tensorflow as tf
from tensorflow.core.framework import tensor_pb2
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.call import Call
from serving.call_error import INTERNAL, CallError
from serving.transport import Outputs, VersionState

_SIGNATURE_DEF = "signature_def"

_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # Retrying is the client's business, the same for both protocols.
    ("grpc.enable_retries", 0),
    # Model servers are reached directly, whatever proxy the environment names for the web.
    ("grpc.enable_http_proxy", 0),
)


class GrpcTransport:
    """Calls PredictionService and ModelService over one channel."""

    def __init__(self, address: str, model_name: str, timeout_s: float):
        """Connects at the first call; `timeout_s` holds for each call as a whole."""
        self._address = address
        self._model_name = model_name
        self._timeout_s = timeout_s
        self._channel = grpc.insecure_channel(address, options=_OPTIONS)
        self._prediction = prediction_service_pb2_grpc.PredictionServiceStub(self._channel)
        self._model = model_service_pb2_grpc.ModelServiceStub(self._channel)

    def predict(self, call: Call) -> Outputs:
        """Calls a signature.

        Raises:
            CallError: The server was not reached, or refused, or answered something else.
        """
        response: predict_pb2.PredictResponse = self._call(
            self._prediction.Predict, call.grpc_message(self._model_name)
        )
        if not set(call.outputs) <= set(response.outputs):
            found = sorted(response.outputs)
            raise CallError(INTERNAL, f"not an answer of the {call.signature} signature: it has {found}", self._address)
        return {name: _values(tensor) for name, tensor in response.outputs.items()}

    def signature_names(self) -> frozenset[str]:
        """The signatures that the model's newest version has.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        request = get_model_metadata_pb2.GetModelMetadataRequest(metadata_field=[_SIGNATURE_DEF])
        request.model_spec.name = self._model_name
        response = self._call(self._prediction.GetModelMetadata, request)
        found = get_model_metadata_pb2.SignatureDefMap()
        response.metadata[_SIGNATURE_DEF].Unpack(found)
        # TensorFlow keeps operations of its own beside the signatures, under names with two underscores.
        return frozenset(name for name in found.signature_def if not name.startswith("__"))

    def version_states(self) -> list[VersionState]:
        """The versions of the model, newest first.

        Raises:
            CallError: The server was not reached, or knows no such model.
        """
        request = get_model_status_pb2.GetModelStatusRequest()
        request.model_spec.name = self._model_name
        response = self._call(self._model.GetModelStatus, request)
        name_of = get_model_status_pb2.ModelVersionStatus.State.Name
        return [VersionState(each.version, name_of(each.state)) for each in response.model_version_status]

    def close(self) -> None:
        """Closes the channel."""
        self._channel.close()

    def _call(self, method: Callable[..., Any], request: Any) -> Any:
        try:
            return method(request, timeout=self._timeout_s)
        except grpc.RpcError as error:
            raise CallError(error.code().name, error.details(), self._address) from error


def _values(tensor: tensor_pb2.TensorProto) -> Any:
    array = tf.make_ndarray(tensor)
    return (np.char.decode(array.astype(bytes), "utf-8", "replace") if array.dtype == object else array).tolist()
