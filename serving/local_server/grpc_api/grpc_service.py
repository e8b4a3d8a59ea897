"""The gRPC API: TF Serving's PredictionService and ModelService over the local models."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias, TypeVar

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    model_management_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving.local_server.models.config_reload import reload_config
from serving.local_server.models.descriptions import model_metadata, model_status
from serving.local_server.models.example_inference import classify, first_spec, multi_inference, regress
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.servable import DEFAULT_SIGNATURE
from serving.local_server.models.versions import LoadedVersion
from serving.local_server.watching.observation import GRPC, Observation, Observer
from serving.local_server.wire.statuses import as_serving_error, invalid_argument
from serving.local_server.wire.tensor_protos import from_protos, to_proto

LOGGER = logging.getLogger(__name__)
_LONGEST_MESSAGE = 1024
_STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}

_NamesModel: TypeAlias = (
    predict_pb2.PredictRequest
    | classification_pb2.ClassificationRequest
    | regression_pb2.RegressionRequest
    | get_model_metadata_pb2.GetModelMetadataRequest
    | get_model_status_pb2.GetModelStatusRequest
)
_Response = TypeVar("_Response")


class _Service:
    """The part that both services share: observes a request, and turns an exception into a gRPC status."""

    def __init__(self, manager: ModelManager, observer: Observer | None = None):
        self._manager = manager
        self._observer = observer or Observer()

    def _answer(
        self,
        context: grpc.ServicerContext,
        api: str,
        answer: Callable[[Observation], _Response],
        is_inference: bool = False,
    ) -> _Response:
        try:
            with self._observer.request(GRPC, api, is_inference) as seen:
                return answer(seen)
        except Exception as error:
            refusal = as_serving_error(error)
            if refusal is not error:
                LOGGER.error("A request failed in the server", exc_info=error)
            message = refusal.message
            if len(message) > _LONGEST_MESSAGE:
                message = message[:_LONGEST_MESSAGE] + "...TRUNCATED"
            context.abort(_STATUS_CODES[refusal.error_code], message)
            raise AssertionError("abort raises") from error


class PredictionService(_Service, prediction_service_pb2_grpc.PredictionServiceServicer):
    """Runs models and describes them. Answers name the version and the signature that were used."""

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Calls one signature of a model."""

        def answer(seen: Observation) -> predict_pb2.PredictResponse:
            response = predict_pb2.PredictResponse()
            with self._called(_spec_of(request), response.model_spec, seen) as loaded:
                inputs = from_protos(request.inputs)
                with seen.running():
                    outputs = loaded.servable.run(request.model_spec.signature_name, inputs, request.output_filter)
            for name, array in outputs.items():
                response.outputs[name].CopyFrom(to_proto(array))
            return response

        return self._answer(context, "Predict", answer, is_inference=True)

    def Classify(
        self, request: classification_pb2.ClassificationRequest, context: grpc.ServicerContext
    ) -> classification_pb2.ClassificationResponse:
        """Labels and scores tf.Examples."""

        def answer(seen: Observation) -> classification_pb2.ClassificationResponse:
            response = classification_pb2.ClassificationResponse()
            with self._called(_spec_of(request), response.model_spec, seen) as loaded, seen.running():
                result = classify(loaded.servable, request.model_spec.signature_name, request.input)
            response.result.CopyFrom(result)
            return response

        return self._answer(context, "Classify", answer, is_inference=True)

    def Regress(
        self, request: regression_pb2.RegressionRequest, context: grpc.ServicerContext
    ) -> regression_pb2.RegressionResponse:
        """Computes a number for each tf.Example."""

        def answer(seen: Observation) -> regression_pb2.RegressionResponse:
            response = regression_pb2.RegressionResponse()
            with self._called(_spec_of(request), response.model_spec, seen) as loaded, seen.running():
                result = regress(loaded.servable, request.model_spec.signature_name, request.input)
            response.result.CopyFrom(result)
            return response

        return self._answer(context, "Regress", answer, is_inference=True)

    def MultiInference(
        self, request: inference_pb2.MultiInferenceRequest, context: grpc.ServicerContext
    ) -> inference_pb2.MultiInferenceResponse:
        """Runs several tasks, each with a signature of its own, on the same tf.Examples."""

        def answer(seen: Observation) -> inference_pb2.MultiInferenceResponse:
            with self._called(first_spec(request), model_pb2.ModelSpec(), seen) as loaded, seen.running():
                return multi_inference(loaded.servable, loaded.version, request)

        return self._answer(context, "MultiInference", answer, is_inference=True)

    def GetModelMetadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest, context: grpc.ServicerContext
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Reports the signatures of a model."""

        def answer(seen: Observation) -> get_model_metadata_pb2.GetModelMetadataResponse:
            seen.model = _spec_of(request).name
            return model_metadata(self._manager, request)

        return self._answer(context, "GetModelMetadata", answer)

    @contextmanager
    def _called(
        self, wanted: model_pb2.ModelSpec, used: model_pb2.ModelSpec, seen: Observation
    ) -> Iterator[LoadedVersion]:
        """Holds the version that a request names, and notes it in the answer's spec and in the observation."""
        seen.model = wanted.name
        with self._manager.acquire(wanted) as loaded:
            seen.calls(loaded.version, wanted.signature_name)
            used.name = wanted.name
            used.signature_name = wanted.signature_name or DEFAULT_SIGNATURE
            used.version.value = loaded.version
            yield loaded


class ModelService(_Service, model_service_pb2_grpc.ModelServiceServicer):
    """Reports the states of a model's versions, and accepts a new list of models."""

    def GetModelStatus(
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Reports the states of a model's versions, newest first."""

        def answer(seen: Observation) -> get_model_status_pb2.GetModelStatusResponse:
            seen.model = _spec_of(request).name
            return model_status(self._manager, request.model_spec)

        return self._answer(context, "GetModelStatus", answer)

    def HandleReloadConfigRequest(
        self, request: model_management_pb2.ReloadConfigRequest, context: grpc.ServicerContext
    ) -> model_management_pb2.ReloadConfigResponse:
        """Replaces the list of models, and answers once the new models are available."""

        def answer(seen: Observation) -> model_management_pb2.ReloadConfigResponse:
            reload_config(self._manager, request.config)
            response = model_management_pb2.ReloadConfigResponse()
            response.status.error_code = 0
            return response

        return self._answer(context, "HandleReloadConfigRequest", answer)


def _spec_of(request: _NamesModel) -> model_pb2.ModelSpec:
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    return request.model_spec
