"""Tells of a run when it has ended: by a file of metrics, to a URL, and to a program, as `hooks` says.

Nothing here lets a run fail. An interruption is not told of: somebody is there.
"""

import contextlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.hooks import hook_command, prometheus_file, webhook
from tfx_pipeline.hooks.run_news import UNCHANGED, Ended, news
from tfx_pipeline.runners.failures import RootInUseError

if TYPE_CHECKING:
    from tfx_pipeline.past_runs.run_store import Run, RunStore

_LOG = logging.getLogger(__name__)
_METRICS: Final = "metrics"
"""The folder of the file of metrics, below a run's root."""
_READER: Final = ("BehaviourExampleGen", "rejects", "summary.json")
"""The component that reads events, its output, and the file in it of what was counted."""


@dataclass
class Told:
    """What the block of `told` fills in.

    Attributes:
        report: The run's report as plain values.
    """

    report: Mapping[str, Any] | None = None


@contextlib.contextmanager
def told(config: PipelineConfig, command: str) -> Iterator[Told]:
    """Tells of the run that is the block of this context, when it has ended or failed. The block fills in the report.

    Args:
        config: The run's configuration.
        command: What was called, such as `tandem run`.
    """
    this, began, clock = Told(), time.time(), time.monotonic()
    try:
        yield this
    except Exception as error:
        _tell(config, Ended(command, began, time.monotonic() - clock, error=error))
        raise
    if this.report is not None:
        _tell(config, Ended(command, began, time.monotonic() - clock, this.report))


def _tell(config: PipelineConfig, ended: Ended) -> None:
    try:
        run, store = _newest_run(config, ended)
        ended = replace(ended, number=run.number if run else 0)
        if not isinstance(ended.error, RootInUseError):  # The metrics are those of the run that is under way.
            _write_metrics(config, ended, run, store)
    except Exception as error:
        _LOG.warning("Metrics of this run could not be written (%s: %s).", type(error).__name__, error)
    try:
        object_ = news(config, ended)
    except Exception as error:
        _LOG.warning("Nobody could be told of this run (%s: %s).", type(error).__name__, error)
        return
    if variable := config.hooks.webhook_variable:
        url = os.environ.get(variable, "")
        why = (
            webhook.send(url, object_, config.hooks.webhook_timeout_s, config.hooks.webhook_attempts)
            if url
            else "it is not set in this environment"
        )
        if why:
            _LOG.warning("The URL in %s (hooks.webhook_variable) was not told of this run: %s.", variable, why)
    if command := config.hooks.command:
        why = hook_command.call(command, object_, config.hooks.command_timeout_s)
        if why:
            _LOG.warning("%s (hooks.command) was not told of this run: %s.", command[0], why.rstrip("."))


def _newest_run(config: PipelineConfig, ended: Ended) -> "tuple[Run | None, RunStore | None]":
    """The run that has ended, or the one that it only repeats; None if it began none."""
    if "://" in config.run_root or not os.path.isfile(config.metadata_path):
        return None, None
    from tfx_pipeline.past_runs.run_store import RunStore

    store = RunStore(config.run_root)
    newest = store.runs[-1] if store.runs else None
    is_this = newest is not None and (newest.began_ms >= int(1000 * ended.began) or ended.state == UNCHANGED)
    return (newest if is_this else None), store


def _write_metrics(config: PipelineConfig, ended: Ended, run: "Run | None", store: "RunStore | None") -> None:
    if not config.hooks.metrics_folder and not os.path.isdir(config.run_root):
        return  # A run that was refused at once has made none, and is not to make one.
    components: dict[str, float] = {}
    counted: dict[str, Any] = {}
    if run and store:
        for step in run.steps:
            if step.state != "cached" and run.began_ms >= int(1000 * ended.began):
                components[step.component] = (step.ended_ms - step.began_ms) / 1000
            if step.component == _READER[0]:
                counted |= _counted(store, dict(step.outputs))
    folder = config.hooks.metrics_folder or os.path.join(config.run_root, _METRICS)
    path = prometheus_file.file_path(folder, config.name, ended.command)
    found = prometheus_file.samples(ended, components, counted, prometheus_file.kept_moments(path))
    labels = {"pipeline": config.name, "command": ended.command.split()[-1]}
    prometheus_file.write(path, labels, found)


def _counted(store: "RunStore", outputs: Mapping[str, int]) -> dict[str, Any]:
    """What the component counted; empty if it is gone, or the component failed."""
    if _READER[1] not in outputs:
        return {}
    file = Path(store.artifacts[outputs[_READER[1]]].uri, _READER[2])
    with contextlib.suppress(OSError, ValueError):
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found
    return {}
