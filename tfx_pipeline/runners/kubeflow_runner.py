"""Compiles the pipeline for Kubeflow Pipelines v2, which runs the same components in containers."""

import dataclasses
import os

from tfx import v1 as tfx

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.pipeline import create_pipeline

CONTAINER_COMMAND = ("python", "-m", "tfx_pipeline.runners.kubeflow_container")


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
    """
    output = os.path.abspath(output or os.path.join(config.run_root, f"{config.name}.kubeflow.yaml"))
    if not output.endswith(".yaml"):
        raise ValueError(f"--output {output}: wanted a file that ends in .yaml.")
    os.makedirs(os.path.dirname(output), exist_ok=True)
    runner = tfx.orchestration.experimental.KubeflowV2DagRunner(
        config=tfx.orchestration.experimental.KubeflowV2DagRunnerConfig(
            default_image=image or config.kubeflow.image,
            default_commands=list(CONTAINER_COMMAND),
            use_pipeline_spec_2_1=True,
        ),
        output_dir=os.path.dirname(output),
        output_filename=os.path.basename(output),
    )
    runner.run(create_pipeline(_with_kubeflow_name(config)))
    return output


def _with_kubeflow_name(config: PipelineConfig) -> PipelineConfig:
    """Makes the name one that Kubeflow takes, without underscores. The paths that the name decides stay as they are."""
    return dataclasses.replace(
        config,
        name=config.name.lower().replace("_", "-"),
        root=config.run_root,
        push_to=config.pushed_model_dir,
    )
