"""Builds the gRPC requests to a model server and reads its responses. `grpc_transport` sends them."""

import contextlib
from collections.abc import Iterator
from typing import Any, NamedTuple

import grpc

from serving.client.call import INTERNAL, OTHER_PROGRAM, UNKNOWN, Call, CallError
from serving.client.transport import Outputs, VersionState
from serving.messages import prediction_messages
from serving.messages.tensor_values import nested_list

CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", -1),
    ("grpc.max_send_message_length", -1),
    # The client retries by itself, in the same way over both protocols.
    ("grpc.enable_retries", 0),
    # Model servers are reached directly, even if the environment names a proxy.
    ("grpc.enable_http_proxy", 0),
)
"""The options of every channel."""

_SIGNATURE_DEF = "signature_def"


class Method(NamedTuple):
    """A method of the server: its path, and the class of its responses."""

    path: str
    response: Any

    def on(self, channel: Any) -> Any:
        """Returns the function that calls it over a channel of `grpc` or of `grpc.aio`."""
        return channel.unary_unary(self.path, _serialized, self.response.FromString)


PREDICT = Method(prediction_messages.PREDICT, prediction_messages.PredictResponse)
GET_MODEL_METADATA = Method(prediction_messages.GET_MODEL_METADATA, prediction_messages.GetModelMetadataResponse)
GET_MODEL_STATUS = Method(prediction_messages.GET_MODEL_STATUS, prediction_messages.GetModelStatusResponse)


class GrpcMessages:
    """Builds the requests to one model, and reads the responses."""

    def __init__(self, address: str, model_name: str):
        """Takes the server's host and port, and the model's name there."""
        self._address = address
        self._model_name = model_name

    def predict(self, call: Call) -> Any:
        """Builds the request that calls a signature."""
        return call.grpc_message(self._model_name)

    def metadata(self) -> Any:
        """Builds the request for the model's signatures."""
        request = prediction_messages.GetModelMetadataRequest(metadata_field=[_SIGNATURE_DEF])
        request.model_spec.name = self._model_name
        return request

    def status(self) -> Any:
        """Builds the request for the model's versions."""
        request = prediction_messages.GetModelStatusRequest()
        request.model_spec.name = self._model_name
        return request

    @contextlib.contextmanager
    def failures(self) -> Iterator[None]:
        """Turns a refusal, or a failure on the way, into a `CallError`."""
        try:
            yield
        except grpc.RpcError as error:
            if "Failed parsing HTTP/2" in error.details() or "http1.x server" in error.details():
                raise CallError(UNKNOWN, f"{OTHER_PROGRAM} by gRPC", self._address) from error
            raise CallError(error.code().name, error.details(), self._address) from error

    def outputs(self, call: Call, response: Any) -> Outputs:
        """Reads the outputs of a signature.

        Raises:
            CallError: An output is missing, or its type has no equivalent in Python.
        """
        if not set(call.outputs) <= set(response.outputs):
            found = sorted(response.outputs)
            raise CallError(INTERNAL, f"not an answer of the {call.signature} signature: it has {found}", self._address)
        outputs = {}
        for name, tensor in response.outputs.items():
            try:
                outputs[name] = nested_list(tensor)
            except ValueError as error:
                raise CallError(INTERNAL, f"output {name!r}: {error}", self._address) from error
        return outputs

    def signature_names(self, response: Any) -> frozenset[str]:
        """Reads the signatures in a response to `metadata`."""
        found = prediction_messages.SignatureDefMap.FromString(response.metadata[_SIGNATURE_DEF].value)
        # TensorFlow lists its own operations among the signatures, with names that begin with two underscores.
        return frozenset(name for name in found.signature_def if not name.startswith("__"))

    def version_states(self, response: Any) -> list[VersionState]:
        """Reads the versions in a response to `status`, newest first."""
        return [
            VersionState(
                each.version, prediction_messages.STATES.get(each.state, str(each.state)), each.status.error_message
            )
            for each in response.model_version_status
        ]


def _serialized(message: Any) -> bytes:
    return bytes(message.SerializeToString())
