"""TFX's InfraValidator, which serves a candidate in TF Serving itself instead of the local server."""

from tfx import v1 as tfx
from tfx.dsl.components.base.base_node import BaseNode
from tfx.types import BaseChannel

from components.servability_gate.gate_config import DOCKER, GateConfig, InfraValidatorConfig
from schemas import signatures
from tfx_pipeline.config.pipeline_config import ServedModel


def infra_validator(config: GateConfig, served: ServedModel, model: BaseChannel, examples: BaseChannel) -> BaseNode:
    """Makes the node. Its blessing holds the model with warm-up requests, as the ServabilityGate's blessing does.

    InfraValidator can only call signatures that take serialized examples: `serving_default` and, if the model
    retrieves, `catalogue_ranks`. It does not look at the answers: it only checks that there is one.

    Args:
        config: A configuration with `kind: infra_validator`.
        served: The model's name, and whether it retrieves.
        model: The SavedModel to try.
        examples: Raw behaviour examples.

    Returns:
        The node, still without an id.
    """
    settings = config.infra_validator
    asked = [signatures.SERVING_DEFAULT, *([signatures.CATALOGUE_RANKS] if served.retrieves else [])]
    return tfx.components.InfraValidator(
        model=model,
        examples=examples,
        serving_spec=_serving_spec(settings, served.name),
        request_spec=tfx.proto.RequestSpec(
            tensorflow_serving=tfx.proto.TensorFlowServingRequestSpec(signature_names=asked),
            split_name=config.split,
            num_examples=config.examples,
            make_warmup=True,
        ),
        validation_spec=tfx.proto.ValidationSpec(
            max_loading_time_seconds=settings.loading_timeout_s, num_tries=settings.tries
        ),
    )


def _serving_spec(settings: InfraValidatorConfig, model_name: str) -> tfx.proto.ServingSpec:
    server = tfx.proto.TensorFlowServing(image_name=settings.image, tags=settings.tags)
    if settings.platform == DOCKER:
        docker = tfx.proto.LocalDockerConfig(client_base_url=settings.docker_url)
        return tfx.proto.ServingSpec(tensorflow_serving=server, local_docker=docker, model_name=model_name)
    kubernetes = tfx.proto.KubernetesConfig(service_account_name=settings.service_account)
    return tfx.proto.ServingSpec(tensorflow_serving=server, kubernetes=kubernetes, model_name=model_name)
