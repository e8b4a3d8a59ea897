import copy

import pytest

from tfx_pipeline.config.kubeflow_config import ContainerConfig, KubeflowConfig
from tfx_pipeline.kubeflow import cluster_settings

SPECIFICATION = {
    "components": {name: {"executorLabel": f"{name}_executor"} for name in ("Transform", "Trainer")},
    "deploymentSpec": {
        "executors": {f"{name}_executor": {"container": {"image": "x"}} for name in ("Transform", "Trainer")}
    },
    "root": {"dag": {"tasks": {name: {"componentRef": {"name": name}} for name in ("Transform", "Trainer")}}},
}


@pytest.fixture
def added():
    """Adds settings; returns the specification's executors and tasks, and what stands in the second document."""

    def add(**settings):
        specification = copy.deepcopy(SPECIFICATION)
        documents = cluster_settings.add(specification, KubeflowConfig(**settings), frozenset({"Trainer"}))
        executors = {
            name.removesuffix("_executor"): each["container"]
            for name, each in specification["deploymentSpec"]["executors"].items()
        }
        platform = {}
        for document in documents:
            of_executors = document["platforms"]["kubernetes"]["deploymentSpec"]["executors"]
            platform = {name.removesuffix("_executor"): each for name, each in of_executors.items()}
        return executors, specification["root"]["dag"]["tasks"], platform

    return add


def test_without_settings_nothing_is_added(added):
    executors, tasks, platform = added()
    assert executors == {"Transform": {"image": "x"}, "Trainer": {"image": "x"}}
    assert tasks == SPECIFICATION["root"]["dag"]["tasks"] and platform == {}


def test_each_container_mounts_the_volume_and_reads_the_secrets(added):
    _, _, platform = added(
        volume_claim="tandem",
        volume_path="/mnt/tandem",
        secret_variables={"TOKEN": "shop/token"},
        image_pull_secret="registry",
    )
    claim, secret, pull = ({"runtimeValue": {"constant": each}} for each in ("tandem", "shop", "registry"))
    asked = {
        "pvcMount": [{"pvcNameParameter": claim, "constant": "tandem", "mountPath": "/mnt/tandem"}],
        "secretAsEnv": [
            {
                "secretNameParameter": secret,
                "secretName": "shop",
                "keyToEnv": [{"secretKey": "token", "envVar": "TOKEN"}],
            }
        ],
        "imagePullSecret": [{"secretNameParameter": pull, "secretName": "registry"}],
    }
    assert platform == {"Transform": asked, "Trainer": asked}


def test_what_trains_asks_for_more(added):
    executors, _, platform = added(
        containers=ContainerConfig(cpu="2", memory="8Gi", node_selector={"pool": "cpu"}),
        training=ContainerConfig(memory="32Gi", gpus=1, node_selector={"pool": "gpu"}, tolerated_taints=("gpu",)),
    )
    assert executors["Transform"]["resources"] == {
        "resourceCpuLimit": "2",
        "resourceCpuRequest": "2",
        "resourceMemoryLimit": "8Gi",
        "resourceMemoryRequest": "8Gi",
    }
    assert executors["Trainer"]["resources"] == {
        "resourceCpuLimit": "2",  # As the others have it.
        "resourceCpuRequest": "2",
        "resourceMemoryLimit": "32Gi",
        "resourceMemoryRequest": "32Gi",
        "accelerator": {"resourceType": "nvidia.com/gpu", "resourceCount": "1"},
    }
    assert platform["Transform"] == {"nodeSelector": {"labels": {"pool": "cpu"}}}
    assert platform["Trainer"] == {
        "nodeSelector": {"labels": {"pool": "gpu"}},
        "tolerations": [{"key": "gpu", "operator": "Exists"}],
    }


def test_the_name_of_gpus_is_that_of_who_asks_for_them(added):
    executors, _, _ = added(containers=ContainerConfig(gpus=1, gpu_resource="amd.com/gpu"))
    assert executors["Trainer"]["resources"]["accelerator"]["resourceType"] == "amd.com/gpu"


def test_a_task_that_fails_is_tried_again_after_a_while(added):
    _, tasks, _ = added(retries=2, retry_after_s=30)
    assert tasks["Transform"]["retryPolicy"] == tasks["Trainer"]["retryPolicy"]
    assert tasks["Trainer"]["retryPolicy"] == {
        "maxRetryCount": 2,
        "backoffDuration": "30s",
        "backoffFactor": 2.0,
        "backoffMaxDuration": "3600s",
    }


def test_kubeflow_knows_every_word_of_the_specification(added):
    """By the messages of its own package, which refuse a field that they do not have."""
    from google.protobuf import json_format
    from kfp.pipeline_spec import pipeline_spec_pb2

    known = pipeline_spec_pb2.PipelineDeploymentConfig.PipelineContainerSpec.ResourceSpec
    if "resource_cpu_limit" not in known.DESCRIPTOR.fields_by_name:
        pytest.skip("this stack's kfp-pipeline-spec is older than these fields")
    executors, tasks, _ = added(
        retries=1, containers=ContainerConfig(cpu="500m", memory="1Gi", gpus=2), training=ContainerConfig()
    )
    for container in executors.values():
        parsed = json_format.ParseDict(container["resources"], known())
        assert (parsed.resource_cpu_limit, parsed.resource_memory_request) == ("500m", "1Gi")
        assert parsed.accelerator.resource_count == "2"
    for task in tasks.values():
        parsed = json_format.ParseDict(task, pipeline_spec_pb2.PipelineTaskSpec())
        assert parsed.retry_policy.backoff_duration.seconds == 60
