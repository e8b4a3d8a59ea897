"""Finds where each value of a configuration comes from: a line of its file, `--set`, or another field."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from tfx_pipeline.config.loading import fields_that_may_be, section_type
from tfx_pipeline.config.pipeline_config import FOLLOWING, PipelineConfig

DEFAULT = "default"


def config_origins(path: str, overrides: Sequence[str] = ()) -> dict[str, str]:
    """Finds the origin of each field that is set. Fields at their defaults are left out.

    Args:
        path: A YAML file that `load_config` accepts.
        overrides: Changes, each as `section.field=value`, that `load_config` accepts.

    Returns:
        The origin of each field, such as `train.epochs`: `shop.yaml, line 3`, `--set`, or `as` and the field that it
        follows.
    """
    origins: dict[str, str] = {}
    root = yaml.compose(Path(path).read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        origins |= {name: f"{path}, line {line}" for name, line in _lines(root, "")}
    for override in overrides:
        name, _, text = override.partition("=")
        name = name.strip()
        # --set may set a whole section: --set 'train={epochs: 3}'. A file pattern begins like a YAML alias.
        value = None if text.startswith("*") else yaml.compose(text, Loader=yaml.SafeLoader)
        inner = [each for each, _ in _lines(value, f"{name}.")] if isinstance(value, yaml.MappingNode) else [name]
        if automatic := _automatic(name, text):  # --set train=auto leaves the section's other fields.
            inner = automatic
        else:
            origins = {each: origin for each, origin in origins.items() if not each.startswith(f"{name}.")}
        origins |= dict.fromkeys(inner, "--set")
    return origins | {name: f"as {leader}" for name, leader in FOLLOWING.items()}


def _lines(node: yaml.MappingNode, prefix: str) -> Iterator[tuple[str, int]]:
    """Yields the fields of a mapping and of the mappings in it, with their line numbers."""
    for key, value in node.value:
        name, line = f"{prefix}{key.value}", key.start_mark.line + 1
        if isinstance(value, yaml.MappingNode):
            yield from _lines(value, f"{name}.")
        else:
            yield from ((each, line) for each in _automatic(name, value.value) or [name])


def _automatic(name: str, word: Any) -> list[str]:
    """The fields that are set where a section is a single word: `train: auto`."""
    section = section_type(PipelineConfig, name.split("."))
    return [f"{name}.{field}" for field in fields_that_may_be(word, section)]
