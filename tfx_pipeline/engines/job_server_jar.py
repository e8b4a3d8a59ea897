"""The file of Beam's job server, through which a run speaks to Flink or Spark: which one, where, and how it is got."""

import os
from typing import Final

from apache_beam import version as beam_version
from apache_beam.options.pipeline_options import FlinkRunnerOptions

from tfx_pipeline.config.beam_config import FLINK, BeamConfig

CACHE: Final = os.path.join("~", ".apache_beam", "cache", "jars")
"""Beam's own cache of such files."""


def known_flinks() -> tuple[str, ...]:
    """The versions of Flink that the installed Beam has a job server for, oldest first."""
    return tuple(FlinkRunnerOptions.PUBLISHED_FLINK_VERSIONS)


def artifact(config: BeamConfig) -> str:
    """The name of the published file among Maven's: `beam-runners-flink-1.18-job-server`."""
    engine = f"flink-{config.flink_version or known_flinks()[-1]}" if config.runner == FLINK else "spark-3"
    return f"beam-runners-{engine}-job-server"


def path(config: BeamConfig) -> str:
    """The file: the one that the configuration names or, if it names none, the one in Beam's cache."""
    if config.job_server_jar:
        return config.job_server_jar if "://" in config.job_server_jar else os.path.abspath(config.job_server_jar)
    return os.path.expanduser(os.path.join(CACHE, f"{artifact(config)}-{beam_version.__version__}.jar"))


def how_to_get(config: BeamConfig) -> str:
    """The command that fetches the published file into Beam's cache."""
    coordinates = f"org.apache.beam:{artifact(config)}:{beam_version.__version__}"
    return f"mvn dependency:copy -Dartifact={coordinates} -DoutputDirectory={CACHE}"
