"""Lets a training begin with the weights of an earlier model, though its vocabularies were others.

A row of a table goes with its value: item, user, word, category, attribute value. All other weights are taken as they
are. It is all or nothing: where a weight, a setting of the model or the meaning of its inputs differs, the training
begins anew and says why.
"""

import json
import logging
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from components.warm_start.start_folder import EARLIER, Start, left_by, read_start, write_start
from models.contract import NamesTables

_WEIGHTS: Final = "weights.npz"
_MODEL: Final = "model.json"
_VALUES: Final = "values"
_TOLD: Final = "warm_start.json"
"""Beside TensorBoard's logs: how the training began."""
_PADDING_ROWS: Final = 1
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Begun:
    """How a training began.

    Attributes:
        is_warm: Whether with the weights of an earlier model.
        text: From which version, and what of it, or why not.
    """

    is_warm: bool
    text: str


def begin(
    model: keras.Model, model_name: str, config: Mapping[str, Any], output: tft.TFTransformOutput, start_from: str
) -> Begun:
    """Gives a built model the trained weights of the earlier one, if there is one that fits.

    In a table, the row of a value that both vocabularies have is taken over, wherever it stood. So are the rows of
    padding and of unknown values. A value that is new keeps its fresh row; rows of values that are gone are left. What
    was not trained, such as tables of attributes and of engagements, is of this training's data and stays.

    Args:
        model: The model, with fresh weights.
        model_name: A name in `models.registry`.
        config: The model's configuration as plain values.
        output: The vocabularies of the model.
        start_from: The folder that WarmStart has made.
    """
    start = read_start(start_from)
    if start is None:
        raise FileNotFoundError(f"{start_from} holds no start.json, which WarmStart writes.")
    if start.reason:
        return Begun(False, f"Begins anew: {start.reason}")
    earlier = os.path.join(start_from, EARLIER)
    differences = _differences(model_name, config, start, earlier)
    if not differences:
        weights = _read_weights(earlier)
        differences = _other_weights(model, weights)
    if differences:
        return Begun(False, f"Begins anew: version {start.version} does not fit, {'; '.join(differences)}")
    return Begun(True, f"Begins with the weights of version {start.version}{_carry(model, weights, output, earlier)}")


def leave(
    model: keras.Model,
    model_name: str,
    config: Mapping[str, Any],
    output: tft.TFTransformOutput,
    start_from: str,
    model_dir: str,
) -> None:
    """Leaves the trained weights of a model, and its vocabularies, in the folder of its SavedModel.

    Args:
        model: The trained model.
        model_name: A name in `models.registry`.
        config: The model's configuration as plain values.
        output: The vocabularies of the model.
        start_from: The folder that WarmStart has made for its training.
        model_dir: The folder of the SavedModel, which is there.
    """
    start = read_start(start_from)
    assert start is not None, "the training has read it"
    folder = left_by(model_dir, start.training)
    tf.io.gfile.makedirs(os.path.join(folder, _VALUES))
    for vocabulary in sorted(set(_tables(model).values())):
        with tf.io.gfile.GFile(os.path.join(folder, _VALUES, vocabulary), "wb") as file:
            file.write(b"".join(value + b"\n" for value in output.vocabulary_by_name(vocabulary)))
    with tempfile.TemporaryDirectory() as local:  # NumPy writes to no bucket.
        path = os.path.join(local, _WEIGHTS)
        np.savez(path, **{name: _array(weight) for name, weight in _named(model).items()})
        tf.io.gfile.copy(path, os.path.join(folder, _WEIGHTS), overwrite=True)
    with tf.io.gfile.GFile(os.path.join(folder, _MODEL), "w") as file:
        file.write(json.dumps({"name": model_name, "config": config}, indent=2) + "\n")
    write_start(folder, replace(start, reason=""))


def tell(begun: Begun, log_dir: str) -> None:
    """Logs how a training began, a beginning anew as a warning, and writes it beside TensorBoard's logs."""
    _LOG.log(logging.INFO if begun.is_warm else logging.WARNING, "Warm start: %s", begun.text)
    os.makedirs(log_dir, exist_ok=True)
    with open(os.path.join(log_dir, _TOLD), "w", encoding="utf-8") as file:
        file.write(json.dumps({"is_warm": begun.is_warm, "text": begun.text}, indent=2) + "\n")


def read_told(log_dir: str) -> str:
    """How a training began; empty if it was no warm start that was asked for."""
    path = os.path.join(log_dir, _TOLD)
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return str(json.load(file)["text"])


def carried_rows(
    fresh: np.ndarray, earlier: np.ndarray, values: Sequence[bytes], earlier_values: Sequence[bytes]
) -> np.ndarray:
    """Takes the rows of values that both tables have over into a fresh table.

    Args:
        fresh: Float [rows, dim]: padding, the values and, if the table has a row for it, the unknown.
        earlier: Float [earlier rows, dim], likewise.
        values: The values of the fresh table, in order.
        earlier_values: Those of the earlier one.

    Returns:
        Float [rows, dim].

    Raises:
        ValueError: The tables have other numbers of rows than their values say.
    """
    last = len(fresh) - _PADDING_ROWS - len(values)
    if last not in (0, 1) or len(earlier) - _PADDING_ROWS - len(earlier_values) != last:
        raise ValueError(
            f"A table has {len(fresh)} rows for {len(values)} values, the earlier one {len(earlier)} for "
            f"{len(earlier_values)}: they are of other vocabularies."
        )
    places = {value: place for place, value in enumerate(earlier_values, _PADDING_ROWS)}
    rows = np.array([0, *(places.get(value, -1) for value in values), *[len(earlier) - 1] * last])
    is_known = rows >= 0
    result = fresh.copy()
    result[is_known] = earlier[rows[is_known]]
    return result


def _differences(model_name: str, config: Mapping[str, Any], start: Start, earlier: str) -> list[str]:
    """In what an earlier model is another one than that of this training, by the fields of the configuration."""
    left = read_start(earlier)
    assert left is not None, "WarmStart hands over whole folders"
    with tf.io.gfile.GFile(os.path.join(earlier, _MODEL)) as file:
        of = json.loads(file.read())
    if of["name"] != model_name:
        return [f"it is {of['name']}, and {model_name} is trained"]
    # Tuples come back from JSON as lists.
    now = json.loads(json.dumps(config))
    then, now = ({f"{model_name}.{name}": value for name, value in each.items()} for each in (of["config"], now))
    return [*_changes(then, now), *_changes(left.read, start.read)]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """The fields whose values differ, each with both; a field that only one of them has differs from nothing."""
    names = sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
    return [f"`{name}` was {json.dumps(old.get(name))} and is {json.dumps(new.get(name))}" for name in names]


def _other_weights(model: keras.Model, weights: Mapping[str, np.ndarray]) -> list[str]:
    """The first weight that one of the models lacks, or whose shape differs; empty if all fit."""
    named = _named(model)
    for name in sorted({*named, *weights}):
        if name not in named or name not in weights:
            return [f"only {'the earlier model' if name in weights else 'this model'} has the weight `{name}`"]
        # The rows of tables follow the vocabularies.
        first = 1 if named[name].path in _tables(model) else 0
        then, now = tuple(weights[name].shape), tuple(named[name].shape)
        if len(then) != len(now) or then[first:] != now[first:]:
            return [f"its weight `{name}` has the shape {then}, that of this model {now}"]
    return []


def _carry(model: keras.Model, weights: Mapping[str, np.ndarray], output: tft.TFTransformOutput, earlier: str) -> str:
    """Assigns the weights, and says how many values of each vocabulary were known."""
    tables = _tables(model)
    counts: dict[str, tuple[int, int, int]] = {}
    for name, weight in _named(model).items():
        values = weights[name]
        vocabulary = tables.get(weight.path)
        if vocabulary is not None:
            now = list(output.vocabulary_by_name(vocabulary))
            with tf.io.gfile.GFile(os.path.join(earlier, _VALUES, vocabulary), "rb") as file:
                then = file.read().split(b"\n")[:-1]
            values = carried_rows(_array(weight), values, now, then)
            known = len(set(now) & set(then))
            counts[vocabulary] = (known, len(now) - known, len(then) - known)
        weight.assign(values)
    words = (f"{name} {known:,} known, {new:,} new, {gone:,} gone" for name, (known, new, gone) in counts.items())
    return "".join(f"; {each}" for each in words)


def _read_weights(folder: str) -> dict[str, np.ndarray]:
    with tempfile.TemporaryDirectory() as local:
        path = os.path.join(local, _WEIGHTS)
        tf.io.gfile.copy(os.path.join(folder, _WEIGHTS), path)
        with np.load(path, allow_pickle=False) as arrays:
            return dict(arrays)


def _named(model: keras.Model) -> dict[str, keras.Variable]:
    """The trained weights by their paths, less the model's own name, which Keras numbers."""
    return {each.path.removeprefix(f"{model.name}/"): each for each in model.trainable_weights}


def _tables(model: keras.Model) -> Mapping[str, str]:
    if not isinstance(model, NamesTables):
        raise TypeError(f"The model should follow `NamesTables`. Received: {type(model).__name__}")
    return model.table_vocabularies()


def _array(weight: keras.Variable) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(weight.value))
