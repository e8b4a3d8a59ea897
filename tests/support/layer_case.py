"""The laws that every layer keeps, checked in one call: `run_layer_test`."""

import inspect
import json
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops

RANDOM = np.random.default_rng(0)
TOKENS = RANDOM.normal(size=(2, 3, 4)).astype("float32")
MEMORY = RANDOM.normal(size=(2, 5, 4)).astype("float32")
"""Two sequences that differ in length: [batch, length, dim]."""
TOKEN_MASK = np.array([[True, True, False], [False] * 3])
MEMORY_MASK = np.array([[True, False, True, True, False], [False] * 5])


def run_layer_test(
    layer_class,
    arguments,
    inputs,
    expected_shape,
    trainable_weights,
    fixed=None,
    mixed_dtype="bfloat16",
):
    """Configuration round trip, build alone, symbolic and eager call, mixed precision, masks, one fit step, saving.

    Args:
        layer_class: The layer.
        arguments: Of its constructor.
        inputs: Call argument name to array; the first axis is the batch.
        expected_shape: Of the output; a list of shapes for several outputs.
        trainable_weights: How many the layer has.
        fixed: Further call arguments that are no tensors.
        mixed_dtype: Of the float outputs under the policy `mixed_bfloat16`.
    """
    fixed = fixed or {}
    shapes = expected_shape if isinstance(expected_shape, list) else [expected_shape]
    built = run_build_test(layer_class, arguments, trainable_weights, inputs | fixed)
    outputs = [ops.convert_to_numpy(each) for each in keras.tree.flatten(built(**inputs, **fixed))]
    assert [each.shape for each in outputs] == shapes
    assert all(np.isfinite(each).all() for each in outputs)
    _check_masks(lambda given: built(**given, **fixed), inputs)
    _check_symbolic(layer_class, arguments, inputs, fixed, shapes)
    _check_mixed_precision(layer_class, arguments, inputs, fixed, mixed_dtype)
    _check_fit_save_and_load(layer_class, arguments, inputs, fixed)


def run_build_test(layer_class, arguments, trainable_weights, inputs=None):
    """The part of `run_layer_test` that fits layers whose calls take or return more than tensors; returns one, built.

    Args:
        layer_class: The layer.
        arguments: Of its constructor.
        trainable_weights: How many the layer has.
        inputs: All call arguments by name; None for a layer that is not called.
    """
    layer = layer_class(**arguments)
    config = layer.get_config()
    again = layer_class.from_config(json.loads(json.dumps(config))).get_config()
    assert json.dumps(again, sort_keys=True) == json.dumps(config, sort_keys=True)
    parameters = list(inspect.signature(layer.build).parameters)
    layer.build(*[getattr(value, "shape", None) for value in (inputs or {"nothing": None}).values()][: len(parameters)])
    assert layer.built
    created = [weight.path for weight in layer.weights]
    assert len(layer.trainable_weights) == trainable_weights, [weight.path for weight in layer.trainable_weights]
    if inputs:
        layer(**inputs)
    assert [weight.path for weight in layer.weights] == created, "a call created weights"
    return layer


def _check_masks(call, inputs):
    """A place that a mask hides equals a place that is not there; a mask belongs to the sequences as long as it."""
    for mask in [name for name, value in inputs.items() if value.dtype == bool and value.ndim == 2]:
        shape = inputs[mask].shape
        length = shape[1]
        real = np.arange(length) != 1
        masked = inputs | {mask: np.broadcast_to(real, shape)}
        deleted = {name: value[:, real] if value.shape[:2] == shape else value for name, value in masked.items()}
        for hidden, absent in zip(*map(keras.tree.flatten, (call(masked), call(deleted))), strict=True):
            hidden = ops.convert_to_numpy(hidden)
            along = hidden.ndim > 1 and hidden.shape[1] == length
            np.testing.assert_allclose(hidden[:, real] if along else hidden, absent, rtol=1e-4, atol=1e-5, err_msg=mask)


def _symbolic(inputs):
    return {
        name: keras.Input(shape=value.shape[1:], dtype=value.dtype.name, name=name) for name, value in inputs.items()
    }


def _check_symbolic(layer_class, arguments, inputs, fixed, shapes):
    outputs = keras.tree.flatten(layer_class(**arguments)(**_symbolic(inputs), **fixed))
    assert [tuple(each.shape) for each in outputs] == [(None, *shape[1:]) if shape else () for shape in shapes]


def _check_mixed_precision(layer_class, arguments, inputs, fixed, mixed_dtype):
    layer = layer_class(**arguments, dtype="mixed_bfloat16")
    outputs = _floats(layer(**inputs, **fixed))
    assert {keras.backend.standardize_dtype(each.dtype) for each in outputs} == {mixed_dtype}
    assert all(weight.dtype == "float32" for weight in layer.trainable_weights)
    assert all(np.isfinite(ops.convert_to_numpy(ops.cast(each, "float32"))).all() for each in outputs)


def _floats(outputs):
    return [each for each in keras.tree.flatten(outputs) if keras.backend.is_float_dtype(each.dtype)]


def _check_fit_save_and_load(layer_class, arguments, inputs, fixed):
    symbolic = _symbolic(inputs)
    outputs = _floats(layer_class(**arguments)(**symbolic, **fixed))
    if not outputs[0].shape:
        return
    model = keras.Model(symbolic, outputs)
    before = [ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    model.compile("sgd", ["mse"] * len(outputs))
    rows = len(next(iter(inputs.values())))
    targets = [np.ones((rows, *each.shape[1:]), "float32") for each in outputs]
    assert np.isfinite(model.fit(inputs, targets, epochs=1, verbose=0).history["loss"]).all()
    after = [ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    assert not before or any(np.any(old != new) for old, new in zip(before, after, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.keras"
        model.save(path)
        loaded = keras.saving.load_model(path)
    for again, output in zip(loaded(inputs), model(inputs), strict=True):
        np.testing.assert_allclose(again, output, rtol=1e-5, atol=1e-6)
