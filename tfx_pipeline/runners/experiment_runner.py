"""Trains one variant of an experiment and collects what it made."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras

from components.metrics.by_user.executor import GAINS_KEY
from components.metrics.by_user.user_gains import UserGains, read_user_gains
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.experiments.comparison_rows import METRIC
from tfx_pipeline.experiments.results import EPOCH, Trained
from tfx_pipeline.past_runs.learning_curves import Points, read_curves
from tfx_pipeline.past_runs.run_store import CACHED, RunStore
from tfx_pipeline.pipeline import JOINT_TRAINER, USER_METRICS, create_experiment_pipeline
from tfx_pipeline.report import RunHistory
from tfx_pipeline.runners import local_runner, root_lock
from tfx_pipeline.runners.run_watcher import RunWatcher
from tfx_pipeline.training import training_job
from tfx_pipeline.training.event_logs import run_links


def train(config: PipelineConfig, watcher: RunWatcher | None = None, shown_as: str = "") -> Trained:
    """Trains, or takes what was trained before from the cache.

    All variants run in one pipeline root. What they have in common, above all the examples, is computed once.

    Args:
        config: The configuration.
        watcher: Hears of the components while they run.
        shown_as: What TensorBoard calls the training, whether it is made now or was before.

    Raises:
        ComponentFailed: A component failed; its error is the cause.
        NotReadyError: Another process works in the root.
    """
    with root_lock.held(config.run_root, "tandem experiment"):
        try:
            return _train(config, watcher, shown_as)
        finally:
            keras.utils.clear_session()  # Lets go of the model and its graphs, before the next one needs the memory.


def _train(config: PipelineConfig, watcher: RunWatcher | None, shown_as: str) -> Trained:
    history = RunHistory(config)
    last_execution_id = history.last_execution_id()
    with run_links.shown_in(config.tensorboard_dir, shown_as):
        local_runner.run_pipeline(create_experiment_pipeline(config), watcher)
    metrics: dict[str, dict[str, float]] = {}
    gains: dict[str, UserGains] = {}
    curves: dict[str, Points] = {}
    parameters: int | None = 0
    for served in config.served_models:
        trainer = f"{served.node_prefix}{JOINT_TRAINER}"
        log_dir = history.artifact_uri(trainer, "model_run", since=last_execution_id)
        if shown_as:
            run_links.show_as(Path(config.tensorboard_dir, shown_as), log_dir)
        logs = json.loads((Path(log_dir) / training_job.VALIDATION_FILE).read_text(encoding="utf-8"))
        metrics |= {surface: _of_surface(logs, surface) for surface in served.surfaces}
        validation = read_curves(Path(log_dir)).validation
        curves |= {surface: validation.get(f"{METRIC}_{surface}", ()) for surface in served.surfaces}
        own = logs.get(training_job.PARAMETERS)
        parameters = None if own is None or parameters is None else parameters + own
        users = history.artifact_uri(f"{served.node_prefix}{USER_METRICS}", GAINS_KEY, since=last_execution_id)
        gains |= {surface: each for surface, each in read_user_gains(users).items() if surface in served.surfaces}
    return Trained(metrics, gains, parameters, *_time(config), curves)


def _time(config: PipelineConfig) -> tuple[float, bool]:
    """How long the trainings of the last run took when they were made, and whether that was in an earlier run."""
    store = RunStore(config.run_root)
    steps = store.runs[-1].steps_of(JOINT_TRAINER)
    made = [store.producers[step.outputs[0][1]][1] for step in steps]
    return sum(step.ended_ms - step.began_ms for step in made) / 1000, all(step.state == CACHED for step in steps)


def _of_surface(logs: Mapping[str, Any], surface: str) -> dict[str, float]:
    own = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
    suffix = f"_{surface}"
    return {EPOCH: logs["epoch"]} | {
        name.removesuffix(suffix): value for name, value in own.items() if name.endswith(suffix)
    }
