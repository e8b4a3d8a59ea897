"""The options of Beam that every executor gets, TFX's and ours, and that scoring takes.

They follow from the section `beam` of the configuration. Its `args` come last: Beam takes the last of two values.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from typing import Final

from apache_beam.options.pipeline_options import FlinkRunnerOptions, PipelineOptions, StandardOptions

from tfx_pipeline.config import beam_config
from tfx_pipeline.config.beam_config import BeamConfig
from tfx_pipeline.engines import flink_retries, job_server_jar

WORKER: Final = "tandem-beam-worker"
"""The installed command that an engine starts for each Python process: `tfx_pipeline/engines/beam_worker.py`."""

_IN_PROCESS: Final = "--runner=apache_beam.runners.portability.fn_api_runner.FnApiRunner"
"""Beam's runner on this machine, by a name that all Beams know. `DirectRunner` would choose a runner, and newer Beams
choose one that they download."""

_ENGINES: Final = "tfx_pipeline.engines.engine_runners"

_LOCAL_RUNNERS: Final = ("DirectRunner", "FnApiRunner")

_NOTHING_TO_PACK: Final = "--sdk_container_image=none"
"""An image for remote workers. Without containers nobody looks at it."""

_NO_LIST_OF_PACKAGES: Final = "--experiments=disable_logging_submission_environment"
"""Beam would ask pip for all that is installed, with each job, only to log it; an environment of uv has no pip."""

_KEPT_MS: Final = 600_000
"""How long an engine keeps a Python process that has no work, within a job. By itself it ends the process with each
stage, and the next one imports TensorFlow again."""


def for_executors(config: BeamConfig) -> list[str]:
    """Returns the options of an engine.

    Whatever the engine, an executor of TFX packs the installed TFX for the workers, which takes seconds in each
    component, unless an option says that they have it already. Ours have: they run in this environment, or in an image.

    Args:
        config: The section `beam` of the configuration.
    """
    options = [*_PRESETS[config.runner](config), *_temporary(config), *config.args]
    parsed = PipelineOptions(options)
    if parsed.get_all_options(drop_default=True).get("sdk_container_image"):
        return options
    runner = parsed.view_as(StandardOptions).runner or ""
    if runner.rpartition(".")[2] in _LOCAL_RUNNERS or config.runner in beam_config.PORTABLE:
        return [*options, _NOTHING_TO_PACK]
    return options


def _direct(_: BeamConfig) -> list[str]:
    return [_IN_PROCESS, "--direct_running_mode=in_memory", "--direct_num_workers=1"]


def _multi_processing(config: BeamConfig) -> list[str]:
    # 0 workers are as many as the machine has cores.
    return [_IN_PROCESS, "--direct_running_mode=multi_processing", f"--direct_num_workers={config.workers}"]


def _flink(config: BeamConfig) -> list[str]:
    version = config.flink_version or FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS[-1]
    options = [
        f"--runner={_ENGINES}.FlinkEngine",
        f"--flink_master={config.master or '[local]'}",
        f"--flink_version={version}",
    ]
    if config.starts_job_server:
        options.append(f"--flink_job_server_jar={job_server_jar.path(config)}")
    if config.workers:
        options.append(f"--parallelism={config.workers}")
    if config.retries:
        options.append(f"{flink_retries.OPTION}={config.retries}")
    return [*options, *_portable(config)]


def _spark(config: BeamConfig) -> list[str]:
    options = [
        f"--runner={_ENGINES}.SparkEngine",
        f"--spark_master_url={config.master or _local_spark(config.workers)}",
    ]
    if config.starts_job_server:
        options.append(f"--spark_job_server_jar={job_server_jar.path(config)}")
    return [*options, *_portable(config)]


def _local_spark(workers: int) -> str:
    return f"local[{workers or '*'}]"


def _portable(config: BeamConfig) -> list[str]:
    """What Flink and Spark share: the job server, and where Python runs."""
    options = [f"--job_endpoint={config.job_server}"] if config.job_server else []
    if config.temp:
        options.append(f"--artifacts_dir={_below(config.temp, 'staged')}")
    options.append(f"--environment_type={_ENVIRONMENTS[config.places_workers]}")
    if config.places_workers != beam_config.LOOPBACK:
        options.append(f"--environment_cache_millis={_KEPT_MS}")
    if config.places_workers == beam_config.PROCESS:
        options.append(f"--environment_config={json.dumps(_process())}")
    elif config.places_workers == beam_config.WORKER_POOL:
        options.append(f"--environment_config={config.worker_pool}")
    elif config.places_workers == beam_config.DOCKER:
        options += [f"--environment_config={config.image}", f"--sdk_container_image={config.image}"]
    return [*options, f"--sdk_worker_parallelism={config.workers_per_machine}", _NO_LIST_OF_PACKAGES]


def worker_command() -> str:
    """The path of `WORKER` in this environment."""
    return os.path.join(os.path.dirname(sys.executable), WORKER)


def _process() -> dict[str, object]:
    """The command of a Python process, and what it has in common with this one: its folder, and where modules are."""
    kept = {name: os.environ[name] for name in ("PYTHONPATH",) if os.environ.get(name)}
    return {"command": worker_command(), "env": {"TANDEM_FOLDER": os.getcwd(), **kept}}


def _dataflow(config: BeamConfig) -> list[str]:
    options = [
        "--runner=DataflowRunner",
        f"--project={config.project}",
        f"--region={config.region}",
        f"--staging_location={_below(config.temp, 'staged')}",
        f"--sdk_container_image={config.image}",
        # The SDK of the image, not one that a worker downloads.
        "--sdk_location=container",
        _NO_LIST_OF_PACKAGES,
    ]
    return [*options, f"--max_num_workers={config.workers}"] if config.workers else options


def _temporary(config: BeamConfig) -> list[str]:
    return [f"--temp_location={config.temp}"] if config.temp else []


def _below(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}"


_PRESETS: Final[Mapping[str, Callable[[BeamConfig], list[str]]]] = {
    beam_config.DIRECT: _direct,
    beam_config.MULTI_PROCESSING: _multi_processing,
    beam_config.FLINK: _flink,
    beam_config.SPARK: _spark,
    beam_config.DATAFLOW: _dataflow,
}
_ENVIRONMENTS: Final[Mapping[str, str]] = {
    beam_config.LOOPBACK: "LOOPBACK",
    beam_config.PROCESS: "PROCESS",
    beam_config.WORKER_POOL: "EXTERNAL",
    beam_config.DOCKER: "DOCKER",
}
