"""Looks at which surfaces a log has before anything is trained, and trains on these."""

import logging
import time
from collections.abc import Callable, Sequence

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.engaged_surfaces import engaged_surfaces
from schemas.canonical_event import Surface
from tfx_pipeline.config.found_surfaces import fitted, trained_surfaces
from tfx_pipeline.config.pipeline_config import PipelineConfig

_LOG = logging.getLogger(__name__)


def fitted_to_log(configs: Sequence[PipelineConfig], say: Callable[[str], None] = _LOG.info) -> list[PipelineConfig]:
    """Fits configurations to the surfaces of their logs, and says what that leaves out.

    A log that several configurations have in common is read once.

    Args:
        configs: The configurations.
        say: Is called with each sentence about a surface that is left out, once.

    Returns:
        The configurations, in the same order.

    Raises:
        ConfigError: A training was asked for on a surface alone that the log lacks.
    """
    looked_at: dict[tuple[str, tuple[Surface, ...]], tuple[Surface, ...]] = {}
    told: dict[str, None] = {}
    result = []
    for config in configs:
        wanted = trained_surfaces(config)
        key = config.data.to_json(), wanted
        if key not in looked_at:
            looked_at[key] = _found(config.data, wanted)
        changed, remark = fitted(config, looked_at[key])
        result.append(changed)
        told |= dict.fromkeys([remark] if remark else [])
    for remark in told:
        say(remark)
    return result


def _found(data: DataConfig, wanted: Sequence[Surface]) -> tuple[Surface, ...]:
    try:
        return engaged_surfaces(data, round(time.time() * 1000), wanted)
    except DataError:  # The run itself says what is wrong, and where its rows are kept.
        return tuple(wanted)
