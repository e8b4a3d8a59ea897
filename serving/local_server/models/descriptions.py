"""Status and metadata of models: the answers to `GetModelStatus` and `GetModelMetadata`, as messages and as JSON."""

import inspect
import json
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from tensorflow_serving.apis import get_model_metadata_pb2, get_model_status_pb2, model_pb2

from serving.local_server.models.model_manager import ModelManager
from serving.local_server.wire.statuses import invalid_argument

SIGNATURE_DEF_FIELD = "signature_def"

# The option that prints fields with default values has two names: protobuf renamed it.
_PRINT_DEFAULTS = {
    name: True
    for name in ("always_print_fields_with_no_presence", "including_default_value_fields")
    if name in inspect.signature(json_format.MessageToDict).parameters
}


def model_status(manager: ModelManager, spec: model_pb2.ModelSpec) -> get_model_status_pb2.GetModelStatusResponse:
    """The states of a model's versions.

    Raises:
        tf.errors.NotFoundError: There is no such model or version.
    """
    response = get_model_status_pb2.GetModelStatusResponse()
    for each in manager.status(spec):
        version = response.model_version_status.add(version=each.version, state=int(each.state))
        version.status.error_code = each.error_code
        version.status.error_message = each.error_message
    return response


def model_metadata(
    manager: ModelManager, request: get_model_metadata_pb2.GetModelMetadataRequest
) -> get_model_metadata_pb2.GetModelMetadataResponse:
    """The signatures of a model.

    Raises:
        tf.errors.InvalidArgumentError: The request names no field of metadata, or another one than `signature_def`.
        tf.errors.NotFoundError: There is no such model or version.
    """
    if not request.metadata_field:
        raise invalid_argument("GetModelMetadataRequest must specify at least one metadata_field")
    for name in request.metadata_field:
        if name != SIGNATURE_DEF_FIELD:
            raise invalid_argument(f"Metadata field {name} is not supported")
    response = get_model_metadata_pb2.GetModelMetadataResponse()
    with manager.acquire(request.model_spec) as loaded:
        signatures = get_model_metadata_pb2.SignatureDefMap(signature_def=loaded.servable.signature_defs)
        response.model_spec.name = request.model_spec.name
        response.model_spec.version.value = loaded.version
    response.metadata[SIGNATURE_DEF_FIELD].Pack(signatures)
    return response


def status_json(response: get_model_status_pb2.GetModelStatusResponse) -> bytes:
    """The body of REST's answer to a status request."""
    return _json(_as_dict(response))


def metadata_json(response: get_model_metadata_pb2.GetModelMetadataResponse) -> bytes:
    """The body of REST's answer to a metadata request."""
    signatures = get_model_metadata_pb2.SignatureDefMap()
    response.metadata[SIGNATURE_DEF_FIELD].Unpack(signatures)
    return _json({"model_spec": _as_dict(response.model_spec), "metadata": {SIGNATURE_DEF_FIELD: _as_dict(signatures)}})


def _as_dict(message: Message) -> dict[str, Any]:
    return dict(json_format.MessageToDict(message, preserving_proto_field_name=True, **_PRINT_DEFAULTS))


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
