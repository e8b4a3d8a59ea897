"""Reads and checks the variants of an experiment, without importing TFX."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import yaml

from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config


@dataclasses.dataclass(frozen=True)
class Variant:
    """One training of an experiment.

    Attributes:
        name: The name in the table of results.
        overrides: Changes, each as `section.field=value`, added to those of the whole experiment.
    """

    name: str
    overrides: tuple[str, ...]


def read_variants(path: str) -> list[Variant]:
    """Reads a YAML file of `name: [section.field=value, ...]` lines.

    Raises:
        ConfigError: The file does not exist or holds something else. The message names it.
    """
    try:
        values = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: cannot be read as text: {error}") from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or error}. Give a file of variants with --variants.") from None
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


def load_variants(path: str, config_path: str, overrides: Sequence[str]) -> list[tuple[Variant, PipelineConfig]]:
    """Reads the variants and loads the configuration of each.

    Args:
        path: The file of the variants.
        config_path: The configuration of the whole experiment.
        overrides: Changes for all variants, each as `section.field=value`.

    Raises:
        ConfigError: The file or the configuration of a variant is wrong. The message names the variant.
    """
    loaded = []
    for variant in read_variants(path):
        try:
            loaded.append((variant, load_config(config_path, [*overrides, *variant.overrides])))
        except ConfigError as error:
            raise ConfigError(f"{path}: `{variant.name}`: {str(error).removeprefix(f'{config_path}: ')}") from None
    return loaded
