"""TF Serving's gRPC services over the local models.

PredictionService answers Predict and GetModelMetadata, ModelService answers GetModelStatus; the stubs' base classes
refuse the rest as UNIMPLEMENTED.
"""

import logging
from typing import NoReturn

import grpc
from tensorflow_serving.apis import (
    get_model_metadata_pb2,
    get_model_status_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
)

from serving.local_server.descriptions import model_metadata, model_status
from serving.local_server.errors import as_serving_error, invalid_argument
from serving.local_server.model_manager import ModelManager
from serving.local_server.servable import DEFAULT_SIGNATURE
from serving.local_server.tensor_protos import from_protos, to_proto

LOGGER = logging.getLogger(__name__)
_LONGEST_MESSAGE = 1024
_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}


class PredictionService(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Runs models and describes them."""

    def __init__(self, manager: ModelManager):
        self._manager = manager

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Calls one signature of a model; the answer's spec names the version and signature used."""
        try:
            _check_spec(request)
            response = predict_pb2.PredictResponse()
            with self._manager.acquire(request.model_spec) as loaded:
                outputs = loaded.servable.run(
                    request.model_spec.signature_name, from_protos(request.inputs), request.output_filter
                )
                response.model_spec.version.value = loaded.version
            response.model_spec.name = request.model_spec.name
            response.model_spec.signature_name = request.model_spec.signature_name or DEFAULT_SIGNATURE
            for name, array in outputs.items():
                response.outputs[name].CopyFrom(to_proto(array))
            return response
        except Exception as error:
            _abort(context, error)

    def GetModelMetadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest, context: grpc.ServicerContext
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Tells the signatures of a model."""
        try:
            _check_spec(request)
            return model_metadata(self._manager, request)
        except Exception as error:
            _abort(context, error)


class ModelService(model_service_pb2_grpc.ModelServiceServicer):
    """Tells the states of a model's versions."""

    def __init__(self, manager: ModelManager):
        self._manager = manager

    def GetModelStatus(
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Tells the states of a model's versions, newest first."""
        try:
            _check_spec(request)
            return model_status(self._manager, request.model_spec)
        except Exception as error:
            _abort(context, error)


def _check_spec(
    request: predict_pb2.PredictRequest
    | get_model_metadata_pb2.GetModelMetadataRequest
    | get_model_status_pb2.GetModelStatusRequest,
) -> None:
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")


def _abort(context: grpc.ServicerContext, error: Exception) -> NoReturn:
    refusal = as_serving_error(error)
    if refusal is not error:
        LOGGER.error("A request failed in the server", exc_info=error)
    message = refusal.message
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + "...TRUNCATED"
    context.abort(_STATUS_CODES[refusal.error_code], message)
    raise AssertionError("abort raises")
