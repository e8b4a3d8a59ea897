"""The gRPC API: TF Serving's PredictionService and ModelService over the local models."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

import grpc
from tensorflow_serving.apis import (
    classification_pb2,
    get_model_metadata_pb2,
    get_model_status_pb2,
    inference_pb2,
    input_pb2,
    model_management_pb2,
    model_pb2,
    model_service_pb2_grpc,
    predict_pb2,
    prediction_service_pb2_grpc,
    regression_pb2,
)

from serving.local_server.grpc_api.admitted_calls import STATUS_CODES
from serving.local_server.limits.admission import Admission
from serving.local_server.limits.budget import Budget
from serving.local_server.models.config_reload import reload_config
from serving.local_server.models.descriptions import model_metadata, model_status
from serving.local_server.models.example_inference import classify, example_count, first_spec, multi_inference, regress
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.servable import DEFAULT_SIGNATURE
from serving.local_server.models.versions import LoadedVersion
from serving.local_server.watching.observation import GRPC, Observation, Observer
from serving.local_server.wire.statuses import as_serving_error, invalid_argument
from serving.local_server.wire.tensor_protos import from_protos, shapes_of, to_proto

LOGGER = logging.getLogger(__name__)
_LONGEST_MESSAGE = 1024

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

    def __init__(self, manager: ModelManager, observer: Observer | None = None, admission: Admission | None = None):
        self._manager = manager
        self._observer = observer or Observer()
        self._admission = admission or Admission()

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
            context.abort(STATUS_CODES[refusal.error_code], message)
            raise AssertionError("abort raises") from error

    def _asked(self, spec: model_pb2.ModelSpec, seen: Observation) -> None:
        """Checks the names in a spec, and notes the model."""
        limits = self._admission.limits
        limits.check_name("model", spec.name)
        limits.check_name("version label", spec.version_label)
        limits.check_name("signature", spec.signature_name)
        seen.asks(spec.name, self._manager.is_served(spec.name))


class PredictionService(_Service, prediction_service_pb2_grpc.PredictionServiceServicer):
    """Runs models and describes them. Answers name the version and the signature that were used."""

    def Predict(
        self, request: predict_pb2.PredictRequest, context: grpc.ServicerContext
    ) -> predict_pb2.PredictResponse:
        """Calls one signature of a model."""

        def answer(seen: Observation) -> predict_pb2.PredictResponse:
            response = predict_pb2.PredictResponse()
            limits = self._admission.limits
            with (
                self._called(_spec_of(request), response.model_spec, seen) as loaded,
                self._values(limits.check_shapes(shapes_of(request.inputs)), context),
            ):
                inputs = from_protos(request.inputs)
                limits.check_expected(request.model_spec.signature_name, inputs)
                with seen.running():
                    outputs = loaded.servable.run(request.model_spec.signature_name, inputs, request.output_filter)
            limits.check_answer(outputs)
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
            self._check_examples(request.input)
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
            self._check_examples(request.input)
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
            self._check_examples(request.input)
            with self._called(first_spec(request), model_pb2.ModelSpec(), seen) as loaded, seen.running():
                return multi_inference(loaded.servable, loaded.version, request)

        return self._answer(context, "MultiInference", answer, is_inference=True)

    def GetModelMetadata(
        self, request: get_model_metadata_pb2.GetModelMetadataRequest, context: grpc.ServicerContext
    ) -> get_model_metadata_pb2.GetModelMetadataResponse:
        """Reports the signatures of a model."""

        def answer(seen: Observation) -> get_model_metadata_pb2.GetModelMetadataResponse:
            self._asked(_spec_of(request), seen)
            return model_metadata(self._manager, request)

        return self._answer(context, "GetModelMetadata", answer)

    def _values(self, values: int, context: grpc.ServicerContext) -> AbstractContextManager[object]:
        """Holds the values of a request's inputs. Few values do not count: few calls run at the same time."""
        budget = self._admission.values
        if values <= budget.small:
            return nullcontext()
        share = budget.share(context.peer())
        share.hold(values)
        return share

    def _check_examples(self, given: input_pb2.Input) -> None:
        self._admission.limits.check_rows("The request", example_count(given))

    @contextmanager
    def _called(
        self, wanted: model_pb2.ModelSpec, used: model_pb2.ModelSpec, seen: Observation
    ) -> Iterator[LoadedVersion]:
        """Holds the version that a request names, and notes it in the answer's spec and in the observation."""
        self._asked(wanted, seen)
        with self._manager.acquire(wanted) as loaded:
            name = wanted.signature_name or DEFAULT_SIGNATURE
            seen.calls(loaded.version, name, is_known=name in loaded.servable.signature_defs)
            used.name = wanted.name
            used.signature_name = name
            used.version.value = loaded.version
            yield loaded


@dataclass(frozen=True)
class ReloadLimits:
    """What new lists of models may take of a server.

    Attributes:
        at_a_time: How many may wait for their models at the same time.
        wait_seconds: How long one waits.
    """

    at_a_time: int = 4
    wait_seconds: float = 300.0


_RELOAD_DEFAULTS = ReloadLimits()


class ModelService(_Service, model_service_pb2_grpc.ModelServiceServicer):
    """Reports the states of a model's versions, and accepts a new list of models."""

    def __init__(
        self,
        manager: ModelManager,
        observer: Observer | None = None,
        admission: Admission | None = None,
        reloads: ReloadLimits = _RELOAD_DEFAULTS,
    ):
        """Takes the models, and what new lists of them may take."""
        super().__init__(manager, observer, admission)
        self._reloads = Budget(reloads.at_a_time, "new lists of models")
        self._wait_seconds = reloads.wait_seconds

    def GetModelStatus(
        self, request: get_model_status_pb2.GetModelStatusRequest, context: grpc.ServicerContext
    ) -> get_model_status_pb2.GetModelStatusResponse:
        """Reports the states of a model's versions, newest first."""

        def answer(seen: Observation) -> get_model_status_pb2.GetModelStatusResponse:
            self._asked(_spec_of(request), seen)
            return model_status(self._manager, request.model_spec)

        return self._answer(context, "GetModelStatus", answer)

    def HandleReloadConfigRequest(
        self, request: model_management_pb2.ReloadConfigRequest, context: grpc.ServicerContext
    ) -> model_management_pb2.ReloadConfigResponse:
        """Replaces the list of models, and answers once the new models are available.

        It waits no longer than its client, nor than the server's limit.
        """

        def answer(seen: Observation) -> model_management_pb2.ReloadConfigResponse:
            with self._reloads.share() as place:
                place.hold(1)
                reload_config(self._manager, request.config, self._wait_seconds, context.is_active)
            response = model_management_pb2.ReloadConfigResponse()
            response.status.error_code = 0
            return response

        return self._answer(context, "HandleReloadConfigRequest", answer)


def _spec_of(request: _NamesModel) -> model_pb2.ModelSpec:
    if not request.HasField("model_spec"):
        raise invalid_argument("Missing ModelSpec")
    return request.model_spec
