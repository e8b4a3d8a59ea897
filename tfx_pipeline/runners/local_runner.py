"""Runs the pipeline on this machine, in one process, with metadata in sqlite."""

import logging
from typing import Final

from tfx import v1 as tfx

from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.search_space import with_values
from tfx_pipeline.console import installed_versions
from tfx_pipeline.past_runs import last_run, retention
from tfx_pipeline.past_runs.run_record import recorded
from tfx_pipeline.pipeline import JOINT_TRAINER, create_pipeline
from tfx_pipeline.report import RunHistory, RunReport
from tfx_pipeline.report_page.after_run import write_after_run
from tfx_pipeline.runners import root_lock
from tfx_pipeline.runners.peak_memory import PeakMemory
from tfx_pipeline.runners.run_watcher import RunWatcher
from tfx_pipeline.runners.watched_runner import WatchedRunner
from tfx_pipeline.training.event_logs import reference_lines, run_links

_LOG = logging.getLogger(__name__)
_DIGITS: Final = 12
"""So many of a digest tell two states of the code apart."""


def run(config: PipelineConfig, watcher: RunWatcher | None = None) -> RunReport:
    """Runs all components, or takes their results from the cache, and returns a report.

    The report is also written to `config.report_path`, kept for `tandem runs`, and written as a page. Then what is
    older than `config.retention` keeps is removed.

    Args:
        config: The configuration.
        watcher: Hears of the components while they run.

    Raises:
        ComponentFailed: A component failed; its error is the cause.
        NotReadyError: Another process works in the root.
    """
    with root_lock.held(config.run_root, "tandem run"):
        return _run(config, watcher or RunWatcher())


def _run(config: PipelineConfig, watcher: RunWatcher) -> RunReport:
    history = RunHistory(config)
    pipeline = create_pipeline(config)
    last_execution_id = history.last_execution_id()
    _LOG.info("Running %s; everything that it makes lies below %s", config.name, config.run_root)
    memory = PeakMemory(watcher)
    versions = f"{installed_versions.text()}\nDigest of the code {last_run.code_digest()[:_DIGITS]}"
    with recorded(config, last_execution_id, versions) as record:
        with run_links.shown_in(config.tensorboard_dir):
            run_pipeline(pipeline, memory)
        record.memory = memory.peaks
        # What was trained with, for whoever compares runs.
        record.configuration = as_dict(with_values(config, history.tuned(since=last_execution_id)))
        report = history.report(since=last_execution_id)
        record.report = report.as_dict()
    report.write(config.report_path)
    for served in config.served_models:
        log_dir = history.artifact_uri(f"{served.node_prefix}{JOINT_TRAINER}", "model_run", since=last_execution_id)
        model = report.models[served.name]
        reference_lines.write_after_run(log_dir, model.metrics, model.rules, served.surfaces)
    write_after_run(config.run_root)
    retention.after_run(config)
    return report


def run_pipeline(pipeline: tfx.dsl.Pipeline, watcher: RunWatcher | None = None) -> None:
    """Runs a pipeline's components, or takes their results from the cache.

    Raises:
        ComponentFailed: A component failed; its error is the cause.
    """
    WatchedRunner(watcher or RunWatcher()).run(pipeline)
