"""Reads YAML and `--set section.field=value` into frozen dataclasses. An unknown field is refused by its name."""

import collections.abc
import dataclasses
import datetime
import difflib
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

Config = TypeVar("Config")
_KINDS: Mapping[Any, str] = {int: "a whole number", float: "a number", bool: "true or false", str: "text"}


class ConfigError(ValueError):
    """A configuration that cannot be used. The message names the file and the field, and says how to mend it."""


def load_dataclass(config_class: type[Config], path: str, overrides: Sequence[str] = ()) -> Config:
    """Reads a frozen dataclass, nested ones included, from a YAML file.

    Args:
        config_class: The dataclass of the whole file.
        path: The YAML file.
        overrides: Changes, each as `section.field=value`, applied in their order. The value is read as YAML.

    Raises:
        ConfigError: The file is missing or is no YAML mapping, or a field is unknown or has a value of a wrong type.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file. Give a configuration with --config FILE.yaml.") from None
    except (OSError, UnicodeDecodeError) as error:  # A folder, no rights, a name that is too long.
        raise ConfigError(f"{path}: cannot be read as text: {error}") from None
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: not YAML: {error}") from None
    values = {} if values is None else values
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: holds a {type(values).__name__}, wanted `field: value` lines.")
    for each in overrides:
        override(config_class, values, each)
    return _build(config_class, values, path, "")


def as_dict(config: Any) -> dict[str, Any]:
    """Turns a configuration into plain values that YAML and JSON can hold."""
    return typing.cast(dict[str, Any], _plain(dataclasses.asdict(config)))


def by_path(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Flattens what `as_dict` returned into one mapping, with names such as `train.epochs`."""
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= by_path(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {prefix + name: value}
    return flat


def from_dict(config_class: type[Config], values: Mapping[str, Any]) -> Config:
    """Builds a configuration from what `as_dict` returned."""
    return _build(config_class, values, type(values).__name__, "")


def fields_that_may_be(word: Any, section: Any) -> list[str]:
    """The names of the fields of a section that may be a word, such as `auto`: a section may be that word itself.

    Args:
        word: A value of the section; a single one, or anything else, which no field may be.
        section: The dataclass of the section, or the type of a single value, which has no fields.
    """
    if not isinstance(word, str) or not dataclasses.is_dataclass(section):
        return []
    return [name for name, hint in typing.get_type_hints(section).items() if word in _words(hint)]


def section_type(config_class: Any, path: Sequence[str]) -> Any:
    """The declared type of a field, or of a section, at the end of a path of names; None if there is none."""
    for name in path:
        config_class = typing.get_type_hints(config_class).get(name) if dataclasses.is_dataclass(config_class) else None
    return config_class


def _words(hint: Any) -> tuple[str, ...]:
    """The words that a value may be instead of a number."""
    literals = [each for each in typing.get_args(hint) if typing.get_origin(each) is typing.Literal]
    return tuple(word for each in literals for word in typing.get_args(each))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return value


def override(config_class: type, values: dict[str, Any], change: str) -> None:
    """Makes a change, `section.field=value`, in the plain values of a configuration.

    Raises:
        ConfigError: It is no such change, or goes into something that is no section.
    """
    name, equals, text = change.partition("=")
    if not equals or not name:
        raise ConfigError(f"--set {change}: wanted section.field=value, for example --set train.epochs=3.")
    *sections, field = path = name.strip().split(".")
    for place, section in enumerate(sections, start=1):
        inner = values.get(section)
        automatic = fields_that_may_be(inner, section_type(config_class, path[:place]))
        if inner is None or automatic:
            inner = values[section] = dict.fromkeys(automatic, inner)
        if not isinstance(inner, dict):
            raise ConfigError(f"--set {change}: {section!r} is a single value, not a section.")
        values = inner
    try:
        # YAML takes a leading asterisk for an alias. There can be no alias here, so this is a file pattern.
        value = text if text.startswith("*") else yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--set {change}: not YAML: {error}") from None
    wanted = section_type(config_class, path)
    if wanted is str and isinstance(value, (bool, int, float)):
        value = text.strip()  # The version 1.20 is no 1.2.
    automatic = fields_that_may_be(value, wanted)
    if automatic and isinstance(values.get(field), dict):
        values[field] |= dict.fromkeys(automatic, value)  # What else the section says stays.
    else:
        values[field] = value


def _build(config_class: type[Config], values: Mapping[str, Any], path: str, prefix: str) -> Config:
    # A section may have a setting that sets others, which only what is written tells from their defaults.
    fill_in = getattr(config_class, "filled_in", None)
    values = fill_in(values) if fill_in else values
    hints = typing.get_type_hints(config_class)
    known = {field.name for field in dataclasses.fields(config_class)}  # type: ignore[arg-type]
    renamed: Mapping[str, str] = getattr(config_class, "RENAMED", {})
    for name in values:
        if name in renamed:
            raise ConfigError(f"{path}: `{prefix}{name}` is `{prefix}{renamed[name]}` now. Write it there.")
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1)
            hint = f" Did you mean `{prefix}{near[0]}`?" if near else f" Known: {', '.join(sorted(known))}."
            raise ConfigError(f"{path}: unknown field `{prefix}{name}`.{hint}")
    arguments = {name: convert(hints[name], value, path, prefix + name) for name, value in values.items()}
    try:
        return config_class(**arguments)
    except (TypeError, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        where = f"`{prefix[:-1]}`" if prefix else "the configuration"
        raise ConfigError(f"{path}: {where}: {error}") from error


def _key(key: Any, path: str, name: str) -> str:
    """A value of a log, as text. YAML takes `yes` and `no` for something else."""
    if isinstance(key, bool) or not isinstance(key, (str, int, float)):
        raise ConfigError(f"{path}: `{name}` names {key!r}; put the log's value into quotation marks.")
    return str(key)


def convert(wanted: Any, value: Any, path: str, name: str) -> Any:
    """Checks one value against the type that its field declares.

    Args:
        wanted: The type.
        value: The value as YAML has it.
        path: The file, for errors.
        name: The name of the field, for errors.

    Returns:
        The value as the field holds it.

    Raises:
        ConfigError: It is of another type.
    """
    if wanted is Any:
        return value
    if dataclasses.is_dataclass(wanted):
        if automatic := fields_that_may_be(value, wanted):
            value = dict.fromkeys(automatic, value)
        if not isinstance(value, Mapping):
            raise ConfigError(f"{path}: `{name}` is a section; wanted `field: value` lines below it, got {value!r}.")
        return _build(typing.cast(type, wanted), value, path, name + ".")
    origin = typing.get_origin(wanted)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise ConfigError(f"{path}: `{name}` wants a list, got {value!r}.")
        inner = typing.get_args(wanted)[0]
        return tuple(convert(inner, each, path, f"{name}[{index}]") for index, each in enumerate(value))
    if origin is collections.abc.Mapping:
        if not isinstance(value, Mapping):
            raise ConfigError(f"{path}: `{name}` wants `value: meaning` lines below it, got {value!r}.")
        return {
            _key(each, path, name): convert(typing.get_args(wanted)[1], inner, path, f"{name}.{each}")
            for each, inner in value.items()
        }
    words = _words(wanted)
    if isinstance(value, str) and value in words:
        return value
    if type(None) in typing.get_args(wanted) and value is None:
        return None
    alternatives = [each for each in typing.get_args(wanted) if isinstance(each, type) and each is not type(None)]
    if alternatives:
        (wanted,) = alternatives
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if wanted is float and isinstance(value, str):  # YAML reads 1e-3 as text.
        try:
            return float(value)
        except ValueError:
            pass
    if wanted is str and value is None:
        return ""
    if wanted is str and isinstance(value, datetime.date):  # YAML reads 2011-11-01 as a date.
        return value.isoformat()
    if not isinstance(wanted, type) or not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        kinds = " or ".join((_KINDS.get(wanted, str(wanted)), *map("`{}`".format, words)))
        mend = " Put it into quotation marks." if wanted is str and not isinstance(value, (list, Mapping)) else ""
        raise ConfigError(f"{path}: `{name}` wants {kinds}, got {value!r}.{mend}")
    return value
