"""Lists every field of a configuration, with the explanation from the docstring that declares it."""

import collections.abc
import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tfx_pipeline.config.loading import as_dict
from tfx_pipeline.config.pipeline_config import PipelineConfig

_ENTRY: Final = re.compile(r"^    (\w+): (.*)$")
_KINDS: Final[Mapping[Any, str]] = {str: "text", int: "integer", float: "number", bool: "true or false", Any: "value"}


@dataclasses.dataclass(frozen=True)
class ConfigField:
    """A field of the configuration, or a section of fields.

    Attributes:
        path: Its name, with the names of its sections: `train.epochs`.
        kind: The kind of its value, in words: `integer`.
        default: The default value as in plain YAML. It is a mapping if the field is a section.
        explanation: What the field means, in one paragraph.
        section: The dataclass of a section; None for a single value.
        element: The dataclass of the entries of a list of sections; None for anything else.
    """

    path: str
    kind: str
    default: Any
    explanation: str
    section: type | None
    element: type | None = None

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition(".")[2]


def config_fields(config_class: type = PipelineConfig) -> dict[str, ConfigField]:
    """Returns all fields by their paths, in the order of their declaration. A section comes before its fields."""
    return {each.path: each for each in _fields(config_class, as_dict(config_class()), "")}


def element_fields(field: ConfigField) -> dict[str, ConfigField]:
    """The fields of an entry of a list of sections, by their paths, such as `data.sources[].events`; else none."""
    if field.element is None:
        return {}
    return {each.path: each for each in _fields(field.element, as_dict(field.element()), f"{field.path}[].")}


def explanations(config_class: type) -> dict[str, str]:
    """Reads the section `Attributes` of a dataclass's docstring, and of those of its bases: a paragraph for each."""
    found: dict[str, str] = {}
    for each in config_class.__mro__:
        found = {**_explanations(each), **found}
    return found


def _explanations(config_class: type) -> dict[str, str]:
    _, _, text = inspect.cleandoc(config_class.__doc__ or "").partition("\nAttributes:\n")
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if entry := _ENTRY.match(line):
            name, first = entry.groups()
            found[name] = [first]
        elif line.startswith("        ") and name:
            found[name].append(line.strip())
        elif line.strip():
            break  # Another section of the docstring.
    return {name: " ".join(lines) for name, lines in found.items()}


def summary(config_class: type) -> str:
    """Returns what a dataclass's docstring says before its section `Attributes`."""
    text = inspect.cleandoc(config_class.__doc__ or "").partition("\nAttributes:\n")[0]
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))


def _fields(config_class: type, defaults: Mapping[str, Any], prefix: str) -> Iterator[ConfigField]:
    explained, hints = explanations(config_class), typing.get_type_hints(config_class)
    inherited = {name for base in config_class.__mro__[1:] for name in getattr(base, "__annotations__", {})}
    # What a class shares with others comes after what is its own.
    for field in sorted(dataclasses.fields(config_class), key=lambda each: each.name in inherited):
        hint, path = hints[field.name], prefix + field.name
        section = hint if dataclasses.is_dataclass(hint) else None
        default = defaults[field.name]
        (inner, *_) = typing.get_args(hint) or (None,)
        element = inner if typing.get_origin(hint) is tuple and dataclasses.is_dataclass(inner) else None
        yield ConfigField(
            path,
            _kind(hint),
            default,
            explained.get(field.name, ""),
            typing.cast(type | None, section),
            typing.cast(type | None, element),
        )
        if section is not None:
            yield from _fields(typing.cast(type, section), default, f"{path}.")


def _kind(hint: Any) -> str:
    if dataclasses.is_dataclass(hint):
        return "section"
    if typing.get_origin(hint) is tuple:
        return f"list of {_kind(typing.get_args(hint)[0])}s"
    if typing.get_origin(hint) is collections.abc.Mapping:
        return f"mapping of text to {_kind(typing.get_args(hint)[1])}"
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return ", or ".join("null" if each is type(None) else _kind(each) for each in typing.get_args(hint))
    if typing.get_origin(hint) is typing.Literal:
        return ", or ".join(typing.get_args(hint))
    return _KINDS[hint]
