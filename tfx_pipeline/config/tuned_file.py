"""Writes what a search has found as a configuration: the user's own file with other values of the tuned fields."""

import copy
import functools
import operator
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tfx_pipeline.config.loading import ConfigError, as_dict, override
from tfx_pipeline.config.pipeline_config import PipelineConfig, load_config

_SEARCH = "tune"


def write(
    path: Path, config_path: str, overrides: Sequence[str], values: Mapping[str, Any], comments: Sequence[str]
) -> None:
    """Writes the tuned configuration, and makes sure that it can be loaded and says what it should.

    Args:
        path: The file to write.
        config_path: The user's configuration.
        overrides: The changes that it was searched with, each as `section.field=value`. Those of the search itself are
            left out.
        values: The best values by the names of their fields.
        comments: Lines that go before everything else.

    Raises:
        ConfigError: What was written is not what it should be.
    """
    text = Path(config_path).read_text(encoding="utf-8")
    said = [each for each in overrides if each.partition("=")[0].strip().split(".")[0] != _SEARCH]
    changes = [*said, *(f"{name}={_flow(value)}" for name, value in values.items())]
    # Nobody who takes what was found wants to search again.
    off = [f"{_SEARCH}.enabled=false"] if _SEARCH in (yaml.safe_load(text) or {}) else []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(tuned_text(text, [*changes, *off], comments), encoding="utf-8")
    written, expected = (as_dict(load_config(*each)) for each in ((str(path),), (config_path, [*changes, *off])))
    if written != expected:
        raise ConfigError(f"{path}: does not say what {config_path} says with the best values.")


def tuned_text(text: str, changes: Sequence[str], comments: Sequence[str]) -> str:
    """A configuration with some changes. All else stays, the user's comments and layout too.

    Args:
        text: The YAML of the configuration.
        changes: Each as `section.field=value`.
        comments: Lines that go before everything else.
    """
    wanted = copy.deepcopy(yaml.safe_load(text) or {})
    for each in changes:
        override(PipelineConfig, wanted, each)
    edited = text if text.endswith("\n") or not text else f"{text}\n"
    try:
        for each in changes:
            edited = _with_value(edited, each.partition("=")[0].strip().split("."), wanted)
        is_right = yaml.safe_load(edited) == wanted
    except yaml.YAMLError:
        is_right = False
    if not is_right:  # A layout that lines cannot be put into: the same values, without the user's comments.
        edited = yaml.safe_dump(wanted, sort_keys=False, allow_unicode=True)
    head = "".join(f"# {line}\n" if line else "#\n" for line in comments)
    return f"{head}{edited}"


def _with_value(text: str, path: Sequence[str], wanted: Mapping[str, Any]) -> str:
    """The text with the wanted value of a field: in place of an older one, in its section, or at the end."""
    node, found = yaml.compose(text, Loader=yaml.SafeLoader), []
    for name in path:
        entry = _entry(node, name)
        if entry is None:
            break
        found.append(entry)
        node = entry[1]
    rest = path[len(found) :]
    value = functools.reduce(operator.getitem, path, wanted)
    if not found:
        return f"{text}{_lines(path, value, 0)}"
    key, section = found[-1]
    if not rest:
        return _replaced(text, key, section, value)
    if not isinstance(section, yaml.MappingNode) or section.flow_style:  # `train: auto`, or `train: {epochs: 3}`.
        return _replaced(text, key, section, functools.reduce(operator.getitem, path[: len(found)], wanted))
    (first, _), *_ = section.value
    below = text.index("\n", key.end_mark.index) + 1
    return text[:below] + _lines(rest, value, first.start_mark.column) + text[below:]


def _replaced(text: str, key: yaml.Node, node: yaml.Node, value: Any) -> str:
    end = node.end_mark.index
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        # It ends where the next field begins; comments before that are the field's.
        last = node.value[-1]
        end = (last[1] if isinstance(last, tuple) else last).end_mark.index
    return f"{text[: key.end_mark.index]}: {_flow(value)}{text[end:]}"


def _lines(path: Sequence[str], value: Any, indent: int) -> str:
    """A field within sections, as lines."""
    lines = [f"{' ' * (indent + 2 * place)}{name}:" for place, name in enumerate(path)]
    return "\n".join(lines) + f" {_flow(value)}\n"


def _flow(value: Any) -> str:
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, sort_keys=False, width=float("inf"), allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _entry(node: yaml.Node | None, name: str) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and the value of a name in a mapping; None if there is no such name."""
    if not isinstance(node, yaml.MappingNode):
        return None
    return next(((key, value) for key, value in node.value if key.value == name), None)
