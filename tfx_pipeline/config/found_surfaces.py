"""Fits a configuration to the surfaces that its log has engagements on."""

import dataclasses
from collections.abc import Collection

from schemas.canonical_event import Surface
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.training_config import TrainConfig

_OR_MAPPED = ", or name the column that tells the surface (data.columns.surface)."


def trained_surfaces(config: PipelineConfig) -> tuple[Surface, ...]:
    """The surfaces that trainings on `data.events` ask for, in the order of `Surface`."""
    names = {name for train in _trainings(config).values() for name in train.surfaces}
    return tuple(surface for surface in Surface if surface.value in names | set(config.fine_tuning.surfaces))


def fitted(config: PipelineConfig, found: Collection[Surface]) -> tuple[PipelineConfig, str]:
    """Leaves out of `train.surfaces` those on which nobody engaged with anything.

    Such a surface has no example, so a model could never beat its baseline there.

    Args:
        config: The configuration.
        found: Those of `trained_surfaces` on which the log has engagements. If there are none at all, nothing is
            changed, because the run itself says what the log lacks.

    Returns:
        The configuration, and a sentence about what was left out; an empty one if nothing was.

    Raises:
        ConfigError: A training was asked for on a missing surface alone, or with the gradients of both.
    """
    missing = [surface.value for surface in trained_surfaces(config) if surface not in found]
    if not missing or (not found and len(missing) > 1):
        return config, ""
    (lacking,) = missing
    (other,) = (surface.value for surface in Surface if surface.value != lacking)
    if lacking in config.fine_tuning.surfaces:
        raise ConfigError(
            f"fine_tuning.surfaces = [{', '.join(config.fine_tuning.surfaces)}]: {_without(lacking)}. "
            f"Set fine_tuning.surfaces: [{other}]{_OR_MAPPED}"
        )
    trainings = _trainings(config)
    for name, train in trainings.items():
        if tuple(train.surfaces) == (lacking,):
            raise ConfigError(
                f"{name}.surfaces = [{lacking}]: {_without(lacking)}. Set {name}.surfaces: [{other}]{_OR_MAPPED}"
            )
        if train.gradient_projection:
            raise ConfigError(
                f"{name}.gradient_projection = true: {_without(lacking)}, and it needs the gradients of both surfaces. "
                f"Set {name}.gradient_projection: false{_OR_MAPPED}"
            )
    kept = {name: dataclasses.replace(train, surfaces=(other,)) for name, train in trainings.items()}
    retriever = dataclasses.replace(config.retriever, train=kept.get("retriever.train", config.retriever.train))
    changed = dataclasses.replace(config, train=kept.get("train", config.train), retriever=retriever)
    text = _without(lacking)
    return changed, f"{text[:1].upper()}{text[1:]}; train.surfaces: [{other}]"


def _trainings(config: PipelineConfig) -> dict[str, TrainConfig]:
    """The trainings on `data.events`, by the section of each."""
    # A joint training that learns from a log of its own may learn from a surface that `data.events` lacks.
    trainings = {} if config.data.pretraining_events else {"train": config.train}
    return trainings | ({"retriever.train": config.retriever.train} if config.retriever.model else {})


def _without(surface: str) -> str:
    return f"the log has no {surface} event with an engagement"
