"""Show all values of a configuration: what each means, and where it comes from.

What is printed is a configuration itself, which `tandem run --config` takes. Name sections or fields to see only those.

    tandem config configs/online_retail.yaml
    tandem config configs/online_retail.yaml train.epochs retriever --set train.epochs=3
    tandem config --changed                     # only what differs from the defaults
    tandem config --markdown > docs/configuration.md
"""

import argparse
import functools
import json
import operator
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.parsing.command_parser import did_you_mean
from tfx_pipeline.cli.settings import config_page
from tfx_pipeline.config.config_fields import ConfigField, config_fields
from tfx_pipeline.config.config_origins import DEFAULT, config_origins
from tfx_pipeline.config.loading import ConfigError, as_dict
from tfx_pipeline.config.pipeline_config import load_config
from tfx_pipeline.console.exit_code import ExitCode

_YAML_ENDINGS = (".yaml", ".yml")
_WIDTH = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("shown", nargs="*", metavar="FILE.yaml|FIELD", help="the configuration; sections and fields")
    config_arguments.add(parser)
    parser.add_argument("--changed", action="store_true", help="only what differs from the defaults")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print JSON, a member for each field")
    form.add_argument(
        "--markdown", action="store_true", help="print the reference of all fields and defaults, of no configuration"
    )


def run(args: argparse.Namespace) -> int:
    """Prints the configuration, or the reference of all fields."""
    if args.markdown:
        print(config_page.markdown())
        return ExitCode.OK
    files = [word for word in args.shown if word.endswith(_YAML_ENDINGS)]
    if len(files) > 1:
        raise ConfigError(f"{' and '.join(files)}: one configuration at a time.")
    path = files[0] if files else args.config
    whole = as_dict(load_config(path, args.overrides))
    origins = config_origins(path, args.overrides)
    fields = _chosen(config_fields(), [word for word in args.shown if word not in files])
    values = {each: functools.reduce(operator.getitem, each.split("."), whole) for each in fields}
    if args.changed:
        fields = _with_sections(fields, lambda field: values[field.path] != field.default)
    origins = {
        field.path: origins.get(field.path, DEFAULT if values[field.path] == field.default else path)
        for field in fields.values()
        if field.section is None
    }
    if args.json:
        print(json.dumps({name: _as_json(fields[name], values[name], origin) for name, origin in origins.items()}))
    else:
        said = "".join(f" --set {override}" for override in args.overrides)
        print("\n".join([f"# {path}{said}", *commented_yaml(fields, values, origins)]))
    return ExitCode.OK


def commented_yaml(
    fields: Mapping[str, ConfigField], values: Mapping[str, Any], origins: Mapping[str, str]
) -> Iterator[str]:
    """Formats the fields as YAML, each below its explanation and with its origin behind it.

    Args:
        fields: The fields by path; a section comes before its fields.
        values: The plain YAML values of all fields that are no sections, by path.
        origins: Where each of these values comes from, by path.
    """
    for field in fields.values():
        indent = "  " * field.path.count(".")
        if field.section is not None or not indent:
            yield ""
        for line in textwrap.wrap(field.explanation, _WIDTH - len(indent)):
            yield f"{indent}# {line}"
        if field.section is not None:
            yield f"{indent}{field.name}:"
        else:
            value, origin = values[field.path], origins[field.path]
            whole = f"{indent}{field.name}: {_as_yaml(value)}  # {origin}"
            if isinstance(value, list) and len(whole) > _WIDTH:
                yield f"{indent}{field.name}:  # {origin}"
                yield from (f"{indent}- {_as_yaml(each)}" for each in value)
            else:
                yield whole


def _chosen(fields: Mapping[str, ConfigField], names: Sequence[str]) -> dict[str, ConfigField]:
    """The named fields, with those within them and the sections around them; all fields if none is named."""
    for name in names:
        if name not in fields:
            raise ConfigError(f"there is no field {name}.{did_you_mean(name, fields)} `tandem config` lists them.")
    if not names:
        return dict(fields)
    return _with_sections(
        fields, lambda field: any(field.path == name or field.path.startswith(f"{name}.") for name in names)
    )


def _with_sections(fields: Mapping[str, ConfigField], wanted: Callable[[ConfigField], bool]) -> dict[str, ConfigField]:
    """The wanted fields that hold a value, each after the sections that contain it."""
    values = [field.path for field in fields.values() if field.section is None and wanted(field)]
    return {
        path: field
        for path, field in fields.items()
        if path in values or (field.section is not None and any(each.startswith(f"{path}.") for each in values))
    }


def _as_yaml(value: Any) -> str:
    text = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True)
    return text.removesuffix("\n").removesuffix("\n...")


def _as_json(field: ConfigField, value: Any, origin: str) -> dict[str, Any]:
    return {
        "value": value,
        "default": field.default,
        "from": origin,
        "type": field.kind,
        "explanation": field.explanation,
    }
