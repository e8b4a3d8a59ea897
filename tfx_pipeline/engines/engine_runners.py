"""Beam's runners for Flink and Spark, with habits mended that a run of a dozen Beam pipelines would suffer from."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import Any, Final

from apache_beam.options.pipeline_options import FlinkRunnerOptions, JobServerOptions, PipelineOptions
from apache_beam.runners.portability.flink_runner import FlinkRunner
from apache_beam.runners.portability.job_server import StopOnExitJobServer
from apache_beam.runners.portability.spark_runner import SparkRunner

from tfx_pipeline.engines.flink_retries import RetryingJobServer, RetryOptions

_STARTED: Final[dict[str, Any]] = {}


class FlinkEngine(FlinkRunner):
    """Flink, with one job server for all Beam pipelines of a process, whose jobs may begin anew.

    Beam's own runner starts one for each pipeline and ends none before the process ends, so that a run would hold a
    dozen Java programs of 700 MB each.
    """

    def default_job_server(self, options: PipelineOptions) -> Any:
        """Returns the job server, which is started at most once for the same options."""
        # A view's text has the options of its own alone; names and labels of jobs differ from one to the next.
        views = (FlinkRunnerOptions, JobServerOptions, RetryOptions)
        key = " ".join(str(options.view_as(view)) for view in views)
        if key not in _STARTED:
            server = super().default_job_server(options)  # It completes the address of the master, too.
            retries = options.view_as(RetryOptions).flink_retries
            _STARTED[key] = StopOnExitJobServer(RetryingJobServer(options)) if retries else server
        return _STARTED[key]

    def create_job_service(self, options: PipelineOptions) -> Any:
        """Speaks to the job server, and starts it if need be."""
        with _ctrl_c_kept():
            return super().create_job_service(options)


class SparkEngine(SparkRunner):
    """Spark. Beam's own runner starts one job server for the same options already."""

    def create_job_service(self, options: PipelineOptions) -> Any:
        """Speaks to the job server, and starts it if need be."""
        with _ctrl_c_kept():
            return super().create_job_service(options)


@contextlib.contextmanager
def _ctrl_c_kept() -> Iterator[None]:
    """Keeps what Ctrl-C does. Beam would have it call a function that fails, and the run would go on."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
