"""Runs an experiment: trains several variants of one configuration and collects their metrics."""

import dataclasses
import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.variants import Variant
from tfx_pipeline.pipeline import JOINT_TRAINER, create_training_pipeline
from tfx_pipeline.report import RunHistory
from tfx_pipeline.runners import local_runner
from tfx_pipeline.runners.run_watcher import RunWatcher
from tfx_pipeline.training import training_job

_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Result:
    """The result of a variant.

    Attributes:
        variant: The variant.
        metrics: For each surface that it was trained on, the metrics on the validation split by name, and `epoch`, the
            best epoch, to which they belong. With fine-tuning, they are those of the surface's own model. Empty if the
            variant failed.
        error: Why it failed; empty if it did not.
    """

    variant: Variant
    metrics: Mapping[str, Mapping[str, float]]
    error: str = ""


def run(
    variants: Sequence[tuple[Variant, PipelineConfig]],
    tell: Callable[[Exception, PipelineConfig], str],
    watcher: RunWatcher | None = None,
) -> Iterator[Result]:
    """Trains each variant and yields its result.

    All variants run in one pipeline root. What they have in common, above all the examples, is computed once. Variants
    that were trained before come from the cache.

    Args:
        variants: Each variant with its configuration.
        tell: Called with the error of a variant that failed. It returns the text for the result, or raises if the error
            ends the experiment.
        watcher: Hears of the components while they run.
    """
    for number, (variant, config) in enumerate(variants, start=1):
        _LOG.info("Variant %d of %d: %s", number, len(variants), variant.name)
        try:
            yield Result(variant, _train(config, watcher))
        except Exception as error:  # If one variant fails, the others go on.
            yield Result(variant, {}, error=tell(error, config))


def _train(config: PipelineConfig, watcher: RunWatcher | None) -> dict[str, dict[str, float]]:
    os.makedirs(config.run_root, exist_ok=True)
    history = RunHistory(config)
    last_execution_id = history.last_execution_id()
    local_runner.run_pipeline(create_training_pipeline(config), watcher)
    metrics: dict[str, dict[str, float]] = {}
    for served in config.served_models:
        trainer = f"{served.node_prefix}{JOINT_TRAINER}"
        log_dir = history.artifact_uri(trainer, "model_run", since=last_execution_id)
        logs = json.loads((Path(log_dir) / training_job.VALIDATION_FILE).read_text(encoding="utf-8"))
        metrics |= {surface: _of_surface(logs, surface) for surface in served.surfaces}
    return metrics


def _of_surface(logs: Mapping[str, float], surface: str) -> dict[str, float]:
    own = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
    suffix = f"_{surface}"
    return {"epoch": logs["epoch"]} | {
        name.removesuffix(suffix): value for name, value in own.items() if name.endswith(suffix)
    }
