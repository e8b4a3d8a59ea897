"""Which fields a search may vary, which values it tries of each, and those it tries if nobody names any."""

import dataclasses
import difflib
import itertools
import math
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from models import registry
from tfx_pipeline.config.loading import ConfigError, as_dict, by_path, convert, section_type

if TYPE_CHECKING:
    from tfx_pipeline.config.pipeline_config import PipelineConfig

LINEAR, LOG = SCALES = ("linear", "log")
JOINT, OF_RETRIEVER = "train", "retriever.train"
"""The sections of the trainings that a search may tune."""
SPACE: Final = "tune.space"
_LEARNING_RATE: Final = "train.learning_rate"
_RANGE: Final = {"low", "high", "scale"}
_NOT_VARIED: Final = {
    "epochs": "early stopping ends a training; set `tune.max_epochs`",
    "surfaces": "figures of other surfaces cannot be compared",
    "seed": "the best of several seeds is luck",
    "warm_start": "every trial begins anew",
}
"""Fields of a training, and why no search varies them."""
_COMBINATIONS: Final = 2_000
_USUAL: Final[Mapping[str, Mapping[str, Any]]] = {
    "unisar": {
        "unisar.dim": [32, 64, 128],
        "unisar.num_layers": [1, 2],
        "unisar.dropout": [0.0, 0.1, 0.2, 0.3],
        _LEARNING_RATE: {"low": 3e-4, "high": 1e-2, "scale": LOG},
    },
    "unifiedssr": {
        "unifiedssr.dim": [32, 64, 128],
        "unifiedssr.num_layers": [1, 2, 3],
        "unifiedssr.dropout": [0.1, 0.2, 0.3, 0.5],
        _LEARNING_RATE: {"low": 3e-4, "high": 1e-2, "scale": LOG},
    },
}
"""By model: what is tried if nobody names anything."""


@dataclass(frozen=True)
class Dimension:
    """The values of one field.

    Attributes:
        name: The field, such as `train.learning_rate`.
        values: The values to try; empty for a range.
        low: The least value of a range.
        high: The largest value of a range.
        scale: How a range is gone through: `linear` or `log`.
        whole: Whether a range has whole numbers alone.
    """

    name: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    scale: str = LINEAR
    whole: bool = False

    @property
    def tried(self) -> tuple[Any, ...]:
        """The values, or the two ends of a range."""
        return self.values or (self.low, self.high)

    def __str__(self) -> str:
        """As a person reads it: `unisar.dim: 32, 64`."""
        if self.values:
            return f"{self.name}: {', '.join(map(str, self.values))}"
        return f"{self.name}: {self.low:g} to {self.high:g}{' (log)' if self.scale == LOG else ''}"


@dataclass(frozen=True)
class SearchSpace:
    """What a search varies.

    Attributes:
        training: The section of the training that is tuned: `train` or `retriever.train`.
        model: Its model.
        dimensions: The fields, in their order.
    """

    training: str
    model: str
    dimensions: tuple[Dimension, ...]


def search_space(config: "PipelineConfig") -> SearchSpace:
    """Reads the space of a configuration, or takes the usual one of its model.

    Raises:
        ConfigError: A field or its values cannot be tried. The text lacks the name of the file.
    """
    asked = dict(_flat(config.tune.space))
    if not asked:
        usual = (_usual(config, _dimension(config, *each)) for each in _USUAL[config.model].items())
        return SearchSpace(JOINT, config.model, tuple(each for each in usual if each))
    trainings = {JOINT: config.model, **({OF_RETRIEVER: config.retriever.model} if config.retriever.model else {})}
    sections = {name: _section_of(config, name, trainings) for name in asked}
    tuned = [
        training
        for training, model in trainings.items()
        if all(section in (training, model) for section in sections.values())
    ]
    if not tuned:
        raise ConfigError(
            f"`{SPACE}` names fields of both trainings: {', '.join(asked)}. A search tunes one model; tune "
            f"`{config.model}` first, then the retriever with what came out."
        )
    dimensions = tuple(_dimension(config, name, values) for name, values in asked.items())
    return SearchSpace(tuned[0], trainings[tuned[0]], dimensions)


def check(config: "PipelineConfig", path: str, recheck: Callable[["PipelineConfig", str], Any]) -> None:
    """Refuses a space with a value that the configuration could not have.

    Args:
        config: The configuration.
        path: Its file, for errors.
        recheck: Checks a configuration as a whole, with its file; it raises ConfigError.

    Raises:
        ConfigError: A field cannot be varied, or has a value that it cannot have with any values of the others.
    """
    try:
        space = search_space(config)
    except ConfigError as error:
        raise ConfigError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from None
    plain = dataclasses.replace(config, tune=dataclasses.replace(config.tune, enabled=False))

    def reason(values: Mapping[str, Any]) -> str:
        try:
            recheck(with_values(plain, values), path)
        except (TypeError, ValueError) as error:
            return str(error).removeprefix(f"{path}: ")
        return ""

    unproven = {(each.name, value): "" for each in space.dimensions for value in each.tried}
    count = math.prod(len(each.tried) for each in space.dimensions)
    if count > _COMBINATIONS:  # Too many to try all: what goes with the configuration as it is, goes.
        unproven = {item: why for item in unproven if (why := reason(dict([item])))}
    for values in itertools.islice(_combinations(space.dimensions), _COMBINATIONS):
        items = [item for item in values.items() if item in unproven]
        why = reason(values) if items else ""
        for item in items:
            if why:
                unproven[item] = why
            else:
                del unproven[item]
        if not unproven:
            return
    (name, value), why = next(iter(unproven.items()))
    raise ConfigError(f"{path}: `{SPACE}`: `{name}` cannot be {value}: {why}")


def with_values(config: "PipelineConfig", values: Mapping[str, Any]) -> "PipelineConfig":
    """The configuration with other values of some fields, by their names.

    Raises:
        ValueError: Values contradict each other.
    """
    sections: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, field = name.rpartition(".")
        sections.setdefault(section, {})[field] = value
    for section, fields in sections.items():
        config = _replaced(config, section.split("."), fields)
    return config


def _replaced(config: Any, path: Sequence[str], fields: Mapping[str, Any]) -> Any:
    if not path:
        return dataclasses.replace(config, **fields)
    first, *rest = path
    return dataclasses.replace(config, **{first: _replaced(getattr(config, first), rest, fields)})


def _combinations(dimensions: Sequence[Dimension]) -> Iterator[dict[str, Any]]:
    names = [each.name for each in dimensions]
    for values in itertools.product(*(each.tried for each in dimensions)):
        yield dict(zip(names, values, strict=True))


def _flat(space: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The fields and their values. They may stand below their section, as `--set tune.space.unisar.dim=...` has it."""
    for name, values in space.items():
        if isinstance(values, Mapping) and not values.keys() & _RANGE:
            yield from _flat(values, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", values


def _section_of(config: "PipelineConfig", name: str, trainings: Mapping[str, str]) -> str:
    """The section of a field that may be varied: that of a training, or a model.

    Raises:
        ConfigError: It may not be varied.
    """
    section, _, field = name.rpartition(".")
    hint = section_type(type(config), name.split("."))
    if hint is None or dataclasses.is_dataclass(hint):
        near = difflib.get_close_matches(name, by_path(as_dict(config)), n=1)
        raise ConfigError(f"`{SPACE}`: there is no field `{name}`." + (f" Did you mean `{near[0]}`?" if near else ""))
    if section not in (*trainings, *trainings.values()):
        if section in (*registry.names(), OF_RETRIEVER):
            raise ConfigError(
                f"`{SPACE}`: `{name}` changes nothing: this configuration trains {' and '.join(trainings.values())}."
            )
        raise ConfigError(
            f"`{SPACE}`: a search varies a model and its training, and `{name}` belongs to neither: all trials share "
            "their examples and their Transform. Compare values of it with `tandem experiment`."
        )
    if section in trainings and field in _NOT_VARIED:
        raise ConfigError(f"`{SPACE}`: `{name}` is not varied: {_NOT_VARIED[field]}.")
    if section in trainings.values() and f"data.{field}" in by_path(as_dict(config)):
        raise ConfigError(
            f"`{SPACE}`: `{name}` follows `data.{field}`, and all trials share their examples. Compare values of that "
            "with `tandem experiment`."
        )
    if _does_nothing(config, name):
        raise ConfigError(f"`{SPACE}`: `{name}` changes nothing: `{section}.noam_factor` sets how high the rate is.")
    return section


def _does_nothing(config: "PipelineConfig", name: str) -> bool:
    train = {JOINT: config.train, OF_RETRIEVER: config.retriever.train}.get(name.rpartition(".")[0])
    return name.endswith(".learning_rate") and train is not None and bool(train.noam_factor)


def _usual(config: "PipelineConfig", dimension: Dimension) -> Dimension | None:
    """A usual field without the values that this configuration cannot have, as nobody has asked for them."""

    def is_possible(value: Any) -> bool:
        try:
            with_values(config, {dimension.name: value})
        except ValueError:
            return False
        return True

    possible = tuple(filter(is_possible, dimension.tried))
    if not possible or _does_nothing(config, dimension.name):
        return None
    return dataclasses.replace(dimension, values=possible) if dimension.values else dimension


def _dimension(config: "PipelineConfig", name: str, values: Any) -> Dimension:
    hint = section_type(type(config), name.split("."))
    if isinstance(values, Mapping):
        return _range(hint, name, values)
    if not isinstance(values, (list, tuple)):
        raise ConfigError(
            f"`{SPACE}`: `{name}` wants a list of values, or a range with `low` and `high`, got {values!r}."
        )
    if not values:
        raise ConfigError(f"`{SPACE}`: `{name}` has no values; name at least one, or leave the field out.")
    converted = [convert(hint, each, SPACE, name) for each in values]
    return Dimension(name, tuple(dict.fromkeys(converted)))


def _range(hint: Any, name: str, values: Mapping[str, Any]) -> Dimension:
    if set(values) - _RANGE or not {"low", "high"} <= set(values):
        raise ConfigError(
            f"`{SPACE}`: `{name}` wants `low`, `high` and, if it should be, `scale: log`, got {dict(values)!r}."
        )
    kinds = [each for each in (hint, *typing.get_args(hint)) if each in (int, float)]
    if not kinds:
        raise ConfigError(f"`{SPACE}`: `{name}` is no number, so it has no range; name its values in a list.")
    low, high = (convert(kinds[0], values[end], SPACE, f"{name}.{end}") for end in ("low", "high"))
    scale = values.get("scale", LINEAR)
    if scale not in SCALES:
        raise ConfigError(f"`{SPACE}`: `{name}.scale` should be one of {', '.join(SCALES)}, got {scale!r}.")
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise ConfigError(f"`{SPACE}`: `{name}` wants a `low` below its `high`, got {low:g} and {high:g}.")
    if scale == LOG and low <= 0:
        raise ConfigError(f"`{SPACE}`: `{name}` wants a `low` above 0 with `scale: log`, got {low:g}.")
    return Dimension(name, low=low, high=high, scale=scale, whole=kinds[0] is int)
