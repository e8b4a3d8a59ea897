"""What a model came to on the test split, and what it was compared with there, as lines in the charts of validation."""

import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from components.baselines.comparison_keys import BEST_RULE as BEST
from components.baselines.comparison_keys import RULES
from components.baselines.example_ranking import AMONG_CANDIDATES
from schemas.rank_metrics import rank_metrics
from tfx_pipeline.training import training_job
from tfx_pipeline.training.event_logs.event_writers import EventWriters
from tfx_pipeline.training.event_logs.tags import tag_of

TEST, TO_BEAT, BEST_RULE = "test", "test, to beat", "test, best rule"
"""Runs: the model; the pushed version or popularity, which it has to beat; of each surface the best simple rule."""

_LOG = logging.getLogger(__name__)
_NAMES: Final = tuple(metric.name for metric in rank_metrics())

Metrics = Mapping[str, Mapping[str, float]]
"""Surface to metric name to value."""


def write_after_run(
    log_dir: str, metrics: Mapping[str, Metrics], rules: Mapping[str, Any], surfaces: tuple[str, ...]
) -> None:
    """Writes the lines of a served model into the logs of its training.

    The run is over, and its model pushed: whatever keeps the lines from being written is logged, and nothing more.

    Args:
        log_dir: The folder of the training's logs.
        metrics: As `lines_of` takes them, like the rest.
        rules: The comparison with simple rules.
        surfaces: Those that the model serves.
    """
    try:
        told = json.loads(Path(log_dir, training_job.VALIDATION_FILE).read_text(encoding="utf-8"))
        # One that an older Tandem trained has not told its last epoch.
        epochs = told.get(training_job.EPOCHS) or told.get("epoch", 0)
        write_lines(log_dir, lines_of(metrics, rules, surfaces), epochs)
    except Exception as error:  # TensorFlow's own errors of files are no OSError.
        _LOG.warning("TensorBoard has no lines of the test split in %s (%s: %s)", log_dir, type(error).__name__, error)


def write_lines(log_dir: str, lines: Mapping[str, Metrics], epochs: int) -> None:
    """Writes numbers that know no epoch as lines from 0 to the last one, in place of those of before.

    Args:
        log_dir: The folder of the training's logs.
        lines: The metrics by surface, by the name of the run that shows them.
        epochs: The number of the last epoch.
    """
    writers = EventWriters(log_dir)
    for run, metrics in lines.items():
        shutil.rmtree(Path(log_dir, run), ignore_errors=True)
        values = {
            tag_of(f"{metric}_{surface}"): value for surface, of in metrics.items() for metric, value in of.items()
        }
        if values:
            for epoch in (0, max(epochs, 1)):
                writers.scalars(run, values, epoch)
    writers.close()


def lines_of(metrics: Mapping[str, Metrics], rules: Mapping[str, Any], surfaces: tuple[str, ...]) -> dict[str, Metrics]:
    """The lines of a served model.

    Args:
        metrics: Those of `model` and of `baseline`, by surface.
        rules: The comparison with simple rules, as `components.baselines.compare` writes it; empty if there was none.
        surfaces: Those that the model serves.
    """
    by_run = {TEST: metrics.get("model", {}), TO_BEAT: metrics.get("baseline", {})}
    lines: dict[str, Metrics] = {
        run: {
            surface: {name: of[surface][name] for name in _NAMES if name in of[surface]}
            for surface in surfaces
            if surface in of
        }
        for run, of in by_run.items()
    }
    lines[BEST_RULE] = {
        surface: {name: value for name, (value, *_) in each[RULES][each[BEST]].items() if name in _NAMES}
        for surface, each in rules.get(AMONG_CANDIDATES, {}).items()
    }
    return lines
