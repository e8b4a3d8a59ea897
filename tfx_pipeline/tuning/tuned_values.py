"""Values of a search, as KerasTuner keeps them and as a Trainer takes them. Imports nothing heavy."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tfx_pipeline.config.search_space import OF_RETRIEVER, Dimension

NAMES: Final = "tuned"
"""In a Trainer's `custom_config`: which fields take their values from the artifact with the best ones."""
_DIGITS: Final = 4


def kept(value: Any) -> Any:
    """A value of a list as KerasTuner keeps it, which has numbers and texts alone: as JSON, unless it is an integer."""
    return value if isinstance(value, int) and not isinstance(value, bool) else json.dumps(value)


def as_kept(dimension: Dimension) -> list[Any]:
    """The values of a list as KerasTuner keeps them: all of one type."""
    values = [kept(each) for each in dimension.values]
    return values if len({*map(type, values)}) == 1 else [json.dumps(each) for each in dimension.values]


def values_of(hyperparameters: Mapping[str, Any]) -> dict[str, Any]:
    """The values of fields, by their names.

    Those of a range have four digits: what comes after them says nothing, and nobody wants to read it.

    Args:
        hyperparameters: The configuration of a KerasTuner `HyperParameters`. KerasTuner keeps values of its own beside
            them, such as `tuner/epochs`.
    """
    values = hyperparameters["values"]
    fields = (each["config"]["name"] for each in hyperparameters["space"])
    return {name: _read(values[name]) for name in fields if name in values}


def with_values(custom_config: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """What `training_job.custom_config` made, with other values of some fields."""
    train, model = dict(custom_config["train"]), dict(custom_config["model_config"])
    for name, value in values.items():
        section, _, field = name.rpartition(".")
        (train if section in ("train", OF_RETRIEVER) else model)[field] = value
    return {**custom_config, "train": train, "model_config": model}


def settled(custom_config: Mapping[str, Any], best: Mapping[str, Any]) -> dict[str, Any]:
    """What a Trainer trains with: its `custom_config`, with the best values, by field, if a search came before it."""
    plain = {name: value for name, value in custom_config.items() if name != NAMES}
    names = custom_config.get(NAMES, ())
    return with_values(plain, {name: best[name] for name in names}) if names else plain


def read_best(folder: str) -> dict[str, Any]:
    """The best values of a search, by field, from the artifact `best_hyperparameters`, which holds a single file."""
    (file,) = Path(folder).iterdir()
    return values_of(json.loads(file.read_text(encoding="utf-8")))


def _read(value: Any) -> Any:
    if isinstance(value, str):
        return json.loads(value)
    return float(f"{value:.{_DIGITS}g}") if isinstance(value, float) else value
