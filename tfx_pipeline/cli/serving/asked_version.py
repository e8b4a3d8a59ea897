"""Which pushed version a command asks that reads the model itself, without a server."""

import os

from components.baseline_model.pushed_versions import complete_versions
from schemas.canonical_event import Surface
from tfx_pipeline.cli.asking.asked_user import served_model
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.runners.failures import NotReadyError


def retriever_dir(config: PipelineConfig, version: str) -> str:
    """The folder of a pushed version of the model that answers in the feed.

    Args:
        config: The configuration.
        version: Its number; empty for the newest.

    Raises:
        ConfigError: That model ranks candidates and finds no items.
        NotReadyError: There is no such version, or none at all.
    """
    served = served_model(config, Surface.RECOMMENDATION)
    if not served.retrieves:
        raise ConfigError(
            f"{served.name} ranks candidates and finds no items, so there is nothing to write. Train a model that "
            "retrieves: `model: unifiedssr`, or a section `retriever`."
        )
    versions = complete_versions(served.pushed_model_dir)
    if not versions:
        raise NotReadyError(f"Nothing is pushed to {served.pushed_model_dir} yet: run `tandem run` first.")
    if version and version not in versions:
        raise NotReadyError(f"There is no version {version} of {served.name}, but {', '.join(versions)}.")
    return os.path.join(served.pushed_model_dir, version or versions[0])
