"""Writes the reference of all fields of a configuration as Markdown: `docs/configuration.md`."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

from tfx_pipeline.config.config_fields import ConfigField, config_fields, element_fields, summary
from tfx_pipeline.config.pipeline_config import PipelineConfig

_HEAD: Final = """\
# Configuration

<!-- Made by `make docs` from the dataclasses that declare the fields. Do not edit. -->

A configuration is a YAML file, such as [configs/online_retail.yaml](../configs/online_retail.yaml). What it does not
say is at its default. `--set section.field=value` overrides one field for one call, and may be repeated.
`tandem config FILE.yaml` prints all values with their explanations and where each comes from; `--changed` prints only
what differs from the defaults."""


def markdown() -> str:
    """The whole page, without the newline at its end."""
    return "\n".join([_HEAD, *_section("", PipelineConfig, config_fields(), {})])


def _section(path: str, config_class: type, fields: Mapping[str, ConfigField], seen: dict[type, str]) -> Iterator[str]:
    """A section's heading and table, then those of the sections within it.

    Args:
        path: The path of the section; empty for the whole configuration.
        config_class: The class that declares it.
        fields: All fields of the configuration, or of an entry of a list.
        seen: The classes that are described already, and the sections where. This section is added to it.
    """
    prefix = f"{path}." if path else ""
    own = [
        field
        for field in fields.values()
        if field.path.startswith(prefix) and "." not in field.path.removeprefix(prefix)
    ]
    yield from ["", f"## `{path}`" if path else "## At the top", "", summary(config_class), ""]
    if config_class in seen:
        yield f"Its fields and their defaults are those of [`{seen[config_class]}`](#{_anchor(seen[config_class])})."
        return
    seen[config_class] = path
    yield from ["| field | type | default | what it means |", "| --- | --- | --- | --- |"]
    yield from (_row(field) for field in own)
    for field in own:
        if field.section is not None:
            yield from _section(field.path, field.section, fields, seen)
        elif field.element is not None:
            yield from _section(f"{field.path}[]", field.element, element_fields(field), seen)


def _row(field: ConfigField) -> str:
    if field.section is not None:
        return f"| [`{field.name}`](#{_anchor(field.path)}) | section | | {_cell(field.explanation)} |"
    name = f"`{field.name}`" if field.element is None else f"[`{field.name}`](#{_anchor(field.path)})"
    return f"| {name} | {field.kind} | {_default(field.default)} | {_cell(field.explanation)} |"


def _default(value: Any) -> str:
    if value in ("", []):
        return "empty"
    text = yaml.safe_dump(value, default_flow_style=True, width=float("inf")).removesuffix("\n").removesuffix("\n...")
    return f"`{_cell(text)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _anchor(path: str) -> str:
    """The anchor that GitHub gives a heading."""
    return "".join(each for each in path if each not in ".[]")
