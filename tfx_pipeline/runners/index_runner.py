"""Takes new items into the pushed models on this machine, and reports what became of each."""

import dataclasses
import logging
from collections.abc import Mapping

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.past_runs import retention
from tfx_pipeline.past_runs.run_record import recorded
from tfx_pipeline.past_runs.trained_models import TrainedModel
from tfx_pipeline.pipeline import create_index_pipeline
from tfx_pipeline.report import IndexReport, RunHistory
from tfx_pipeline.runners import local_runner, root_lock
from tfx_pipeline.runners.run_watcher import RunWatcher

_LOG = logging.getLogger(__name__)


def run(
    config: PipelineConfig, trained: Mapping[str, TrainedModel], watcher: RunWatcher | None = None
) -> dict[str, IndexReport]:
    """Runs the pipeline of indexing, and returns a report of each served model.

    Args:
        config: The configuration.
        trained: The trainings that the pushed models were made of.
        watcher: Hears of the components while they run.

    Raises:
        ComponentFailed: A component failed; its error is the cause.
        NotReadyError: Another process works in the root.
    """
    with root_lock.held(config.run_root, "tandem index"):
        return _run(config, trained, watcher)


def _run(
    config: PipelineConfig, trained: Mapping[str, TrainedModel], watcher: RunWatcher | None
) -> dict[str, IndexReport]:
    history = RunHistory(config)
    pipeline = create_index_pipeline(config, trained)
    last_execution_id = history.last_execution_id()
    _LOG.info("Indexing the items of %s", config.name)
    with recorded(config, last_execution_id) as record:
        local_runner.run_pipeline(pipeline, watcher)
        reports = history.index_reports(since=last_execution_id)
        # As a run's report, of which `tandem runs` tells.
        record.report = {"models": {name: dataclasses.asdict(each) for name, each in reports.items()}}
    retention.after_run(config)
    return reports
