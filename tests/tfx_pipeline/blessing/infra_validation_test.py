"""That a pipeline with InfraValidator compiles, and what it would ask; to run it takes Docker or Kubernetes."""

import pytest

from components.servability_gate.gate_config import GateConfig
from tests.support import tiny_logs
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import load_config

KIND = "gate.kind=infra_validator"


@pytest.fixture(scope="module")
def path(tmp_path_factory) -> str:
    return str(tiny_logs.write(tmp_path_factory.mktemp("logs")))


def gate_of(path, *overrides):
    """The pipeline's nodes by id, and the properties of its gate as messages."""
    from google.protobuf import json_format  # TFX takes many seconds to import.
    from tfx import v1 as tfx
    from tfx.dsl.compiler.compiler import Compiler

    from tfx_pipeline.pipeline import create_pipeline

    compiled = Compiler().compile(create_pipeline(load_config(path, [KIND, *overrides])))
    nodes = {each.pipeline_node.node_info.id: each.pipeline_node for each in compiled.nodes}
    (values,) = (node.parameters.parameters for name, node in nodes.items() if "InfraValidator" in name)
    kinds = {"serving": tfx.proto.ServingSpec, "request": tfx.proto.RequestSpec, "validation": tfx.proto.ValidationSpec}
    texts = {kind: values[f"{kind}_spec"].field_value.string_value for kind in kinds}
    return nodes, *(json_format.Parse(texts[kind], message()) for kind, message in kinds.items())


def test_it_stands_in_the_gates_place_on_docker(path):
    nodes, serving, request, validation = gate_of(path, "gate.infra_validator.docker_url=unix://d.sock")
    assert "ServabilityGate" not in nodes
    assert "InfraValidator" in nodes["Pusher"].upstream_nodes
    assert "infra_blessing" in nodes["Pusher"].inputs.inputs and "model" not in nodes["Pusher"].inputs.inputs
    assert serving.model_name == "tiny"
    assert serving.WhichOneof("serving_platform") == "local_docker"
    assert serving.local_docker.client_base_url == "unix://d.sock"
    assert serving.tensorflow_serving.image_name == "tensorflow/serving"
    assert list(serving.tensorflow_serving.tags) == list(GateConfig().infra_validator.tags)
    # The pushed model is the one in the blessing, which is there only with requests to warm it up.
    assert request.make_warmup
    assert (request.split_name, request.num_examples) == ("test", 8)
    assert list(request.tensorflow_serving.signature_names) == ["serving_default"]
    assert (validation.max_loading_time_seconds, validation.num_tries) == (300, 2)


def test_of_each_served_model_on_kubernetes(path):
    overrides = ["platform=kubernetes", "service_account=runner", "tags=[a, b]"]
    settings = [f"gate.infra_validator.{each}" for each in overrides]
    _, serving, request, _ = gate_of(path, "retriever.model=unifiedssr", *settings)
    assert serving.WhichOneof("serving_platform") == "kubernetes"
    assert serving.kubernetes.service_account_name == "runner"
    assert list(serving.tensorflow_serving.tags) == ["a", "b"]
    assert list(request.tensorflow_serving.signature_names) == ["serving_default", "catalogue_ranks"]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("infra_validator.platform=podman", "`gate.infra_validator`: `platform` should be docker or kubernetes. Recei"),
        ("infra_validator.tag=latest", "unknown field `gate.infra_validator.tag`. Did you mean `gate.infra_validator"),
        ("kind=docker", "`gate`: `kind` should be local_server or infra_validator. Received: kind="),
        ("limits.model_mb=-1", "`gate.limits`: `model_mb` should be at least 0. Received: model_mb=-1"),
    ],
)
def test_a_wrong_setting_is_refused_before_anything_runs(path, setting, message):
    with pytest.raises(ConfigError, match=message):
        load_config(path, [f"gate.{setting}"])
