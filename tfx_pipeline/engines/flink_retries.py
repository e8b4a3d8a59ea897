"""Lets Flink begin a job anew after a lost task manager.

Beam has options for that, `number_of_execution_retries` among them, and its runner hands them on for streams alone:
of a job over files they are dropped without a word. What a job server reads from its folder of Flink's configuration
is handed on with every job.
"""

import os
import shutil
from argparse import ArgumentParser
from typing import Final

from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.runners.portability.flink_runner import FlinkJarJobServer

OPTION: Final = "--flink_retries"
_FROM: Final = "FLINK_CONF_DIR"
"""The variable with the folder of Flink's configuration that Flink's own programs read."""
_DELAY_S: Final = 60
"""Flink takes up to 50 s by default to give a task manager up (`heartbeat.timeout`), and whatever begins before that is
sent to the lost one, too."""
_COUNTS_AS: Final = 20
"""Flink counts a lost task manager as a failure of each part of the job that worked there: as seven, in what was seen
of a small job. So a broken pipeline, too, is tried twenty times before it fails."""
_KIND: Final = {"flink-conf.yaml": "restart-strategy", "config.yaml": "restart-strategy.type"}
"""The files in which Flink looks, up to 1.20 and from 1.19 on, and how each calls the kind of restart."""


class RetryOptions(PipelineOptions):
    """The option of ours that says how many losses a job outlives."""

    @classmethod
    def _add_argparse_args(cls, parser: ArgumentParser) -> None:
        parser.add_argument(OPTION, type=int, default=0, help="how many lost machines a job outlives")


class RetryingJobServer(FlinkJarJobServer):
    """Beam's job server for Flink, whose jobs begin anew as `RetryOptions` says."""

    def __init__(self, options: PipelineOptions):
        super().__init__(options)
        self._retries = options.view_as(RetryOptions).flink_retries

    def java_arguments(self, job_port: str, artifact_port: str, expansion_port: str, artifacts_dir: str) -> list[str]:
        """Beam's arguments and a folder of Flink's configuration."""
        arguments = list(super().java_arguments(job_port, artifact_port, expansion_port, artifacts_dir))
        # It goes with the job server's other files, when the process ends.
        folder = self.local_temp_dir(prefix="flink-configuration")
        write_configuration(folder, self._retries)
        return [*arguments, "--flink-conf-dir", folder]


def write_configuration(folder: str, retries: int) -> None:
    """Writes Flink's configuration: what is set already, which FLINK_CONF_DIR names, and how a job begins anew.

    Args:
        folder: Where the files go.
        retries: How many losses a job outlives.
    """
    before = os.environ.get(_FROM, "")
    if before:
        shutil.copytree(before, folder, copy_function=shutil.copyfile, dirs_exist_ok=True)
    names = [name for name in _KIND if os.path.exists(os.path.join(folder, name))] or list(_KIND)
    for name in names:
        with open(os.path.join(folder, name), "a", encoding="utf-8") as file:
            file.write(
                f"\n{_KIND[name]}: fixed-delay\nrestart-strategy.fixed-delay.attempts: {_COUNTS_AS * retries}\n"
                f"restart-strategy.fixed-delay.delay: {_DELAY_S} s\n"
            )
