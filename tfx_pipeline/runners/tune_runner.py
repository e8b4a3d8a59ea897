"""Searches for better values of a training's fields on this machine."""

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.pipeline import create_tuning_pipeline
from tfx_pipeline.runners import local_runner, root_lock
from tfx_pipeline.runners.run_watcher import RunWatcher
from tfx_pipeline.training.event_logs import run_links


def tune(config: PipelineConfig, watcher: RunWatcher | None = None) -> None:
    """Runs the part of the pipeline that searches, or takes its results from the cache.

    A run of the same configuration takes what was found from the cache, and trains with it.

    Args:
        config: The configuration.
        watcher: Hears of the components while they run.

    Raises:
        ComponentFailed: A component failed; its error is the cause.
        NotReadyError: Another process works in the root.
    """
    with root_lock.held(config.run_root, "tandem tune"), run_links.shown_in(config.tensorboard_dir):
        local_runner.run_pipeline(create_tuning_pipeline(config), watcher)
