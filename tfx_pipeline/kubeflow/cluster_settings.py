"""Adds to a compiled specification what its tasks need of the cluster, which TFX's compiler does not write.

A file that Kubeflow takes has two YAML documents: the specification, and what is particular to Kubernetes.
"""

from collections.abc import Mapping
from typing import Any, Final

from tfx_pipeline.config.kubeflow_config import ContainerConfig, KubeflowConfig

Document = dict[str, Any]

_LONGEST_WAIT_S: Final = 3600


def add(specification: Document, config: KubeflowConfig, training: frozenset[str]) -> list[Document]:
    """Writes retries and resources into a specification.

    Args:
        specification: The specification, in schema 2.1.0. It is changed.
        config: The settings.
        training: The components that train.

    Returns:
        The documents that follow the specification: one for Kubernetes, or none if it has nothing to say.
    """
    executors = specification["deploymentSpec"]["executors"]
    labels = {name: each["executorLabel"] for name, each in specification["components"].items()}
    platform: dict[str, Document] = {}
    for name, task in specification["root"]["dag"]["tasks"].items():
        component = task["componentRef"]["name"]
        label = labels[component]
        asked = _of_training(config) if name in training else config.containers
        if config.retries:
            task["retryPolicy"] = {
                "maxRetryCount": config.retries,
                "backoffDuration": f"{config.retry_after_s}s",
                "backoffFactor": 2.0,
                "backoffMaxDuration": f"{_LONGEST_WAIT_S}s",
            }
        if resources := _resources(asked):
            executors[label]["container"]["resources"] = resources
        if of_kubernetes := _of_kubernetes(config, asked):
            platform[label] = of_kubernetes
    return [{"platforms": {"kubernetes": {"deploymentSpec": {"executors": platform}}}}] if platform else []


def _of_training(config: KubeflowConfig) -> ContainerConfig:
    """What a container that trains asks for: the other containers' settings where it has none of its own."""
    own, others = config.training, config.containers
    return ContainerConfig(
        cpu=own.cpu or others.cpu,
        memory=own.memory or others.memory,
        gpus=own.gpus or others.gpus,
        gpu_resource=own.gpu_resource if own.gpus else others.gpu_resource,
        node_selector=own.node_selector or others.node_selector,
        tolerated_taints=own.tolerated_taints or others.tolerated_taints,
    )


def _resources(asked: ContainerConfig) -> Document:
    resources: Document = {}
    for kind, amount in (("Cpu", asked.cpu), ("Memory", asked.memory)):
        if amount:
            resources |= {f"resource{kind}Limit": amount, f"resource{kind}Request": amount}
    if asked.gpus:
        resources["accelerator"] = {"resourceType": asked.gpu_resource, "resourceCount": str(asked.gpus)}
    return resources


def _of_kubernetes(config: KubeflowConfig, asked: ContainerConfig) -> Document:
    settings: Document = {}
    if config.volume_claim:
        settings["pvcMount"] = [
            {
                **_constant("pvcNameParameter", config.volume_claim),
                "constant": config.volume_claim,  # Kubeflow before 2.5 knows this one alone.
                "mountPath": config.volume_path,
            }
        ]
    if config.secret_variables:
        settings["secretAsEnv"] = [
            {
                **_constant("secretNameParameter", secret),
                "secretName": secret,
                "keyToEnv": [{"secretKey": key, "envVar": variable}],
            }
            for variable, secret, key in _sources(config.secret_variables)
        ]
    if config.image_pull_secret:
        secret = config.image_pull_secret
        settings["imagePullSecret"] = [{**_constant("secretNameParameter", secret), "secretName": secret}]
    if asked.node_selector:
        settings["nodeSelector"] = {"labels": dict(asked.node_selector)}
    if asked.tolerated_taints:
        settings["tolerations"] = [{"key": key, "operator": "Exists"} for key in asked.tolerated_taints]
    return settings


def _sources(variables: Mapping[str, str]) -> list[tuple[str, str, str]]:
    return [(variable, *source.split("/", 1)) for variable, source in variables.items()]  # type: ignore[misc]


def _constant(name: str, value: str) -> Document:
    return {name: {"runtimeValue": {"constant": value}}}
