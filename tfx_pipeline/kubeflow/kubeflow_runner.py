"""Compiles the pipeline for Kubeflow Pipelines v2, which runs the same components in containers."""

import dataclasses
import os
import posixpath
import tempfile

import yaml
from tfx import v1 as tfx

from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.kubeflow import artifact_types, cluster_settings
from tfx_pipeline.kubeflow.kubeflow_container import TASK_FLAG
from tfx_pipeline.pipeline import create_pipeline

CONTAINER_COMMAND = ("python", "-m", "tfx_pipeline.kubeflow.kubeflow_container")

_TRAINING = (tfx.components.Trainer, tfx.components.Tuner)
"""The components that train."""


def compile_pipeline(config: PipelineConfig, output: str = "", image: str = "") -> str:
    """Writes the pipeline's specification, in schema 2.1.0, the only one that open-source Kubeflow Pipelines takes.

    Args:
        config: The configuration. Its `root` is where the cluster keeps artifacts.
        output: The `.yaml` file to write; empty for `<name>.kubeflow.yaml` below the run's root.
        image: The container image that holds Tandem; empty for `config.kubeflow.image`.

    Returns:
        The path of the file.

    Raises:
        ValueError: `output` does not end in `.yaml`. TFX chooses the format by the ending.
        ConfigError: The run's root does not lie in the volume that the containers mount.
    """
    output = os.path.abspath(output or os.path.join(config.run_root, f"{config.name}.kubeflow.yaml"))
    if not output.endswith(".yaml"):
        raise ValueError(f"--output {output}: wanted a file that ends in .yaml.")
    _check_volume(config)
    os.makedirs(os.path.dirname(output), exist_ok=True)
    pipeline = create_pipeline(_with_kubeflow_name(config))
    # Nobody is to submit what TFX wrote before it is complete.
    with tempfile.TemporaryDirectory(dir=os.path.dirname(output)) as folder:
        compiled = os.path.join(folder, os.path.basename(output))
        tfx.orchestration.experimental.KubeflowV2DagRunner(
            config=tfx.orchestration.experimental.KubeflowV2DagRunnerConfig(
                default_image=image or config.kubeflow.image,
                default_commands=list(CONTAINER_COMMAND),
                use_pipeline_spec_2_1=True,
            ),
            output_dir=folder,
            output_filename=os.path.basename(compiled),
        ).run(pipeline)
        _complete(compiled, config, frozenset(each.id for each in pipeline.components if isinstance(each, _TRAINING)))
        os.replace(compiled, output)
    return output


def _complete(path: str, config: PipelineConfig, training: frozenset[str]) -> None:
    """Adds to what TFX wrote what our containers are told, and what they need of the cluster."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    heading = "".join(line for line in text.splitlines(keepends=True) if line.startswith("#"))
    specification = yaml.safe_load(text)
    executors = specification["deploymentSpec"]["executors"]
    for name, component in specification["components"].items():
        container = executors[component["executorLabel"]].get("container")
        if container:
            container["args"] += [f"{TASK_FLAG}={name}", artifact_types.argument(component)]
    for task in specification["root"]["dag"]["tasks"].values():
        given = task.get("inputs", {}).get("parameters", {}).get("schema_file", {}).get("runtimeValue", {})
        if given.get("constant") == str(BEHAVIOUR_SCHEMA_PATH):
            given["constant"] = artifact_types.OUR_SCHEMA
    documents = [specification, *cluster_settings.add(specification, config.kubeflow, training)]
    with open(path, "w", encoding="utf-8") as file:
        file.write(heading)
        yaml.safe_dump_all(documents, file)


def _check_volume(config: PipelineConfig) -> None:
    volume = config.kubeflow.volume_path
    if not volume:
        return
    for name, path in (("root", config.run_root), ("push_to", config.pushed_model_dir)):
        if not posixpath.normpath(path).startswith(posixpath.normpath(volume) + "/") and "://" not in path:
            raise ConfigError(
                f"`{name}` is {path}, which does not lie in the volume that the containers mount, "
                f"`kubeflow.volume_path: {volume}`. What is written elsewhere is gone with its container. "
                f"Set `{name}` to a folder below {volume}."
            )


def _with_kubeflow_name(config: PipelineConfig) -> PipelineConfig:
    """Makes the name one that Kubeflow takes, without underscores. The paths that the name decides stay as they are."""
    return dataclasses.replace(
        config,
        name=config.name.lower().replace("_", "-"),
        root=config.run_root,
        push_to=config.pushed_model_dir,
    )
