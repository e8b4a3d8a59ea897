"""Results of trainings that were never made, for what compares and prints them."""

from collections.abc import Mapping
from typing import Any

from schemas.rank_metrics import rank_metrics
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.training_config import TrainConfig
from tfx_pipeline.config.variants import Variant
from tfx_pipeline.experiments.results import Result, Trained, Training

FIRST_SEED = 17


def result(
    name: str,
    turn: int,
    epoch: int = 1,
    gains: Mapping[str, Any] | None = None,
    changes: tuple[str, ...] = (),
    parameters: int | None = 1234,
    seconds: float = 65.0,
    error: str = "",
    curves: Mapping[str, Any] | None = None,
    **values: float,
) -> Result:
    """Makes a result.

    Args:
        name: The variant.
        turn: Which of its seeds it is.
        epoch: Its best epoch.
        gains: What it gained on each user's examples, by surface.
        changes: What the variant changes.
        parameters: How many numbers it learned.
        seconds: How long it took.
        error: Why it failed; then it has no metrics.
        curves: The points of its learning curves, by surface.
        **values: The value of all metrics on a surface, by the surface's name.
    """
    config = PipelineConfig(train=TrainConfig(seed=FIRST_SEED + turn))
    training = Training(Variant(name, changes), turn, config)
    if error:
        return Result(training, None, error)
    names = [metric.name for metric in rank_metrics()]
    metrics = {surface: dict.fromkeys(names, value) | {"epoch": epoch} for surface, value in values.items()}
    return Result(training, Trained(metrics, gains or {}, parameters, seconds, curves=curves or {}))
