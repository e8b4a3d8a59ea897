"""Compiles the pipeline for Kubeflow Pipelines v2: the same components, as containers."""

import dataclasses
import os

from tfx import v1 as tfx

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.pipeline import create_pipeline

CONTAINER_COMMAND = ("python", "-m", "tfx_pipeline.runners.kubeflow_container")


def compile_pipeline(config: PipelineConfig, output: str = "", image: str = "") -> str:
    """Writes the pipeline's specification, schema 2.1.0, the only one that open-source Kubeflow Pipelines takes.

    Args:
        config: Every knob; `root` is where the cluster keeps artifacts.
        output: A `.yaml` file; empty for `<name>.kubeflow.yaml` below the run's root.
        image: The container image that holds Tandem; empty for `config.kubeflow.image`.

    Returns:
        The file.

    Raises:
        ValueError: `output` does not end in `.yaml`, from which TFX tells the form to write.
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
    """Kubeflow's names know no underscore; everything else that the name decides stays as it is."""
    return dataclasses.replace(
        config,
        name=config.name.lower().replace("_", "-"),
        root=config.run_root,
        push_to=config.pushed_model_dir,
    )
