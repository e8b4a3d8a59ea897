"""Runs the pipeline on this machine: one process, metadata in sqlite."""

import logging
import os

from tfx import v1 as tfx

from components.baseline_model.pushed_versions import last_pushed_version
from tfx_pipeline.configs import PipelineConfig
from tfx_pipeline.pipeline import create_pipeline
from tfx_pipeline.report import RunHistory, RunReport

_LOG = logging.getLogger(__name__)


def run(config: PipelineConfig) -> RunReport:
    """Runs all components, or takes their results from the cache, and reports what came of it.

    The report is also written to `config.report_path`.
    """
    os.makedirs(config.run_root, exist_ok=True)
    versions = {served.name: last_pushed_version(served.pushed_model_dir) for served in config.served_models}
    history = RunHistory(config)
    pipeline = create_pipeline(config, versions)
    last_execution_id = history.last_execution_id()
    _LOG.info("Running %s; everything that it makes lies below %s", config.name, config.run_root)
    tfx.orchestration.LocalDagRunner().run(pipeline)
    report = history.report(since=last_execution_id)
    report.write(config.report_path)
    return report
