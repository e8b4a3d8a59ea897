"""The settings of a training, as a text and as TensorBoard's hyper-parameters."""

import json
from collections.abc import Mapping
from typing import Any

from tensorboard.plugins.hparams import api as hparams_api

from tfx_pipeline.config.loading import by_path
from tfx_pipeline.training.event_logs.event_writers import EventWriters

_Value = bool | int | float | str


def write_settings(writers: EventWriters, settings: Mapping[str, Any], trial: str) -> None:
    """Writes the settings of a training: a text for each section, and all of them as hyper-parameters.

    Args:
        writers: Where they go.
        settings: Plain values by section and name, such as `{"train": {"batch_size": 64}}`; what is in no section
            stands by itself. Those that are None are left out.
        trial: What the training is called, which tells it from one of the same settings. TensorBoard's table has room
            for some 15 letters of it, so what stands last in a group of trainings, the variant, comes first there.
    """
    flat = {name: value for name, value in by_path(settings).items() if value is not None}
    sections: dict[str, list[tuple[str, Any]]] = {}
    for name, value in flat.items():
        section, _, own = name.rpartition(".")
        sections.setdefault(section or "training", []).append((own, value))
    for section, fields in sections.items():
        writers.text(f"settings/{section}", _table(fields))
    parameters = {name: _parameter(value) for name, value in flat.items()}
    group, _, own_name = trial.rpartition("/")
    writers.raw(hparams_api.hparams_pb(parameters, trial_id=f"{own_name} ({group})" if group else trial))


def _parameter(value: Any) -> _Value:
    """As TensorBoard takes it: a list and the like as JSON."""
    return value if isinstance(value, bool | int | float | str) else json.dumps(value)


def _table(fields: list[tuple[str, Any]]) -> str:
    rows = (f"| `{name}` | {json.dumps(value, ensure_ascii=False)} |" for name, value in fields)
    return "\n".join(["| setting | value |", "| --- | --- |", *rows])
