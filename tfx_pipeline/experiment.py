"""Several trainings of one configuration, each with something changed, and how they compare."""

import dataclasses
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

from tfx_pipeline import local_runner, training
from tfx_pipeline.config_loading import ConfigError
from tfx_pipeline.configs import PipelineConfig, load_config
from tfx_pipeline.pipeline import JOINT_TRAINER, create_training_pipeline
from tfx_pipeline.report import RunHistory
from tfx_pipeline.run_watcher import RunWatcher

_LOG = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Variant:
    """One training of an experiment.

    Attributes:
        name: What it is called in the table.
        overrides: `section.field=value` each, on top of those of the whole experiment.
    """

    name: str
    overrides: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Result:
    """What a variant came to.

    Attributes:
        variant: Which.
        metrics: For each surface that it was trained on, the metrics on the validation split by name, and `epoch`, the
            best one, whose metrics they are. With fine-tuning, of the model of that surface. Empty where it failed.
        error: Why it failed; empty where it did not.
    """

    variant: Variant
    metrics: Mapping[str, Mapping[str, float]]
    error: str = ""


def read_variants(path: str) -> list[Variant]:
    """Reads a YAML file of `name: [section.field=value, ...]` lines.

    Raises:
        ConfigError: The file is not there or holds something else; the message names it.
    """
    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}.") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}") from None
    if not isinstance(values, dict) or not values:
        raise ConfigError(f"{path}: wanted lines of `name: [section.field=value, ...]`, one for each variant.")
    variants = []
    for name, overrides in values.items():
        if not isinstance(overrides, list) or not all(isinstance(each, str) for each in overrides):
            raise ConfigError(f"{path}: `{name}` wants a list of section.field=value, got {overrides!r}.")
        variants.append(Variant(str(name), tuple(overrides)))
    return variants


def run(
    config_path: str, overrides: Sequence[str], variants: Sequence[Variant], watcher: RunWatcher | None = None
) -> Iterator[Result]:
    """Trains each variant and yields what it came to.

    All run in one pipeline root: what two variants have in common, the examples above all, is computed once, and
    variants that were trained before come from the cache.

    Args:
        config_path: The configuration that they change.
        overrides: `section.field=value` each, of all variants.
        variants: What each changes.
        watcher: Who is told of the components while they run.

    Raises:
        ConfigError: The configuration of a variant is wrong; all are checked before the first one is trained.
    """
    configs = [load_config(config_path, [*overrides, *variant.overrides]) for variant in variants]
    for number, (variant, config) in enumerate(zip(variants, configs, strict=True), start=1):
        _LOG.info("Variant %d of %d: %s", number, len(variants), variant.name)
        try:
            yield Result(variant, _train(config, watcher))
        except Exception as error:  # One variant that fails is no reason to lose the others.
            _LOG.exception("%s failed", variant.name)
            yield Result(variant, {}, error=str(error).strip().splitlines()[0] if str(error) else repr(error))


def _train(config: PipelineConfig, watcher: RunWatcher | None) -> dict[str, dict[str, float]]:
    os.makedirs(config.run_root, exist_ok=True)
    history = RunHistory(config)
    last_execution_id = history.last_execution_id()
    local_runner.run_pipeline(create_training_pipeline(config), watcher)
    metrics: dict[str, dict[str, float]] = {}
    for served in config.served_models:
        trainer = f"{served.node_prefix}{JOINT_TRAINER}"
        log_dir = history.artifact_uri(trainer, "model_run", since=last_execution_id)
        logs = json.loads((Path(log_dir) / training.VALIDATION_FILE).read_text(encoding="utf-8"))
        metrics |= {surface: _of_surface(logs, surface) for surface in served.surfaces}
    return metrics


def _of_surface(logs: Mapping[str, float], surface: str) -> dict[str, float]:
    own = {name.removeprefix("val_"): value for name, value in logs.items() if name.startswith("val_")}
    suffix = f"_{surface}"
    return {"epoch": logs["epoch"]} | {
        name.removesuffix(suffix): value for name, value in own.items() if name.endswith(suffix)
    }
