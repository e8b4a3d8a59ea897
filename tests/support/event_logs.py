"""Reads TensorBoard's event files as their plain values."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import metadata

Found = dict[str, list[tuple[int, Any]]]
"""The values of each tag with their steps, in the order in which they were written."""


def scalars_of(folder: Path) -> Found:
    """Reads the numbers of one run, rounded to what float32 tells apart in print."""
    return {tag: [(step, float(value)) for step, value in found] for tag, found in _of_kind(folder, "scalars").items()}


def texts_of(folder: Path) -> Found:
    """Reads the texts of one run."""
    found = _of_kind(folder, "text")
    return {tag: [(step, np.ravel(value)[0].decode()) for step, value in each] for tag, each in found.items()}


def tags_of(folder: Path) -> dict[str, str]:
    """The plugin that shows each tag of a run."""
    return {tag: plugin for tag, plugin, _, _ in _values(folder)}


def settings_of(folder: Path) -> tuple[dict[str, Any], str]:
    """Reads the hyper-parameters of a training, as TensorBoard does, and the name of its group.

    One that was interrupted has written them several times, and always the same.
    """
    *_, content = (
        value.metadata.plugin_data.content
        for file in sorted(folder.glob("events.out.tfevents.*"), key=_order)
        for event in tf.compat.v1.train.summary_iterator(str(file))
        for value in event.summary.value
        if value.metadata.plugin_data.plugin_name == metadata.PLUGIN_NAME
    )
    info = metadata.parse_session_start_info_plugin_data(content)
    return {name: getattr(each, each.WhichOneof("kind")) for name, each in info.hparams.items()}, info.group_name


def _of_kind(folder: Path, wanted: str) -> Found:
    found: Found = {}
    for tag, plugin, step, value in _values(folder):
        if plugin == wanted:
            found.setdefault(tag, []).append((step, value))
    return found


def _values(folder: Path) -> Iterator[tuple[str, str, int, Any]]:
    plugins: dict[str, str] = {}  # Only the first value of a tag in a file tells it.
    for file in sorted(folder.glob("events.out.tfevents.*"), key=_order):
        for event in tf.compat.v1.train.summary_iterator(str(file)):
            for value in event.summary.value:
                plugin = value.metadata.plugin_data.plugin_name or plugins.get(value.tag, "")
                plugins[value.tag] = plugin
                yield value.tag, plugin, event.step, tf.make_ndarray(value.tensor)


def _order(file: Path) -> tuple[int, int]:
    """The second in which a file was begun, and its number in its process."""
    _, _, _, second, *_, number, _ = file.name.split(".")
    return int(second), int(number)
