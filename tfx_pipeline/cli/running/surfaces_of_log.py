"""Looks at a log before anything is trained: at which surfaces it has, and how much of what was shown was clicked."""

import dataclasses
import logging
import time
from collections.abc import Callable, Mapping, Sequence

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.engaged_surfaces import engaged_surfaces
from components.sources.shown_counts import shown_per_engagement
from schemas.canonical_event import Surface
from tfx_pipeline.config.found_surfaces import fitted, trained_surfaces
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig

_LOG = logging.getLogger(__name__)


def fitted_to_log(configs: Sequence[PipelineConfig], say: Callable[[str], None] = _LOG.info) -> list[PipelineConfig]:
    """Fits configurations to the surfaces of their logs, and says what that leaves out.

    Where scores are calibrated to the share of clicks in what was shown, that is counted, and said, too. A log that
    several configurations have in common is read once.

    Args:
        configs: The configurations.
        say: Is called with each sentence about a surface that is left out, once.

    Returns:
        The configurations, in the same order.

    Raises:
        ConfigError: A training was asked for on a surface alone that the log lacks, or a share of clicks in what was
            shown of a log that tells of no such thing.
    """
    looked_at: dict[tuple[str, tuple[Surface, ...]], tuple[Surface, ...]] = {}
    shares: dict[str, Mapping[Surface, float] | None] = {}
    told: dict[str, None] = {}
    result = []
    for config in configs:
        wanted = trained_surfaces(config)
        key = config.data.to_json(), wanted
        if key not in looked_at:
            looked_at[key] = _found(config.data, wanted)
        changed, remark = fitted(config, looked_at[key])
        changed, counted = _with_shares(changed, shares)
        result.append(changed)
        told |= dict.fromkeys(each for each in (remark, counted) if each)
    for remark in told:
        say(remark)
    return result


def _with_shares(
    config: PipelineConfig, of_logs: dict[str, Mapping[Surface, float] | None]
) -> tuple[PipelineConfig, str]:
    """Puts in of how many shown items one was clicked, if that is asked for, and says it."""
    of_shown = config.calibration.of_shown(config.data.has_own_candidates, config.data.negatives)
    if not of_shown:
        return config, ""
    key, trained = config.data.to_json(), trained_surfaces(config)
    if key not in of_logs:
        _LOG.info("Counting what users were shown, for calibration.candidates")
        try:
            of_logs[key] = shown_per_engagement(config.data, round(time.time() * 1000))
        except DataError:  # As in `_found`. Nothing will be trained.
            of_logs[key] = None
    counted = of_logs[key]
    if counted is None:
        counted, trained = {}, ()
    try:
        calibration = config.calibration.with_counted(of_shown, counted, trained)
    except ValueError as error:
        raise ConfigError(str(error)) from None
    told = ", ".join(f"of {counted[each]:.4g} in {each.value}" for each in of_shown if each in counted)
    remark = f"One item {told} that users were shown was clicked" if told else ""
    return dataclasses.replace(config, calibration=calibration), remark


def _found(data: DataConfig, wanted: Sequence[Surface]) -> tuple[Surface, ...]:
    try:
        return engaged_surfaces(data, round(time.time() * 1000), wanted)
    except DataError:  # The run itself says what is wrong, and where its rows are kept.
        return tuple(wanted)
