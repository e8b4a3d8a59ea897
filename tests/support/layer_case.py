"""What every layer must do, checked in one call."""

import inspect
import json
import tempfile
from pathlib import Path

import keras
import numpy as np
from keras import ops


def run_layer_test(
    layer_class, arguments, inputs, expected_shape, trainable_weights, fixed=None, mixed_dtype="bfloat16"
):
    """Configuration round trip, build alone, symbolic and eager call, mixed precision, one fit step, save and load.

    Args:
        layer_class: The layer.
        arguments: Of its constructor.
        inputs: Call argument name to array; the first axis is the batch.
        expected_shape: Of the output.
        trainable_weights: How many the layer has.
        fixed: Further call arguments that are no tensors.
        mixed_dtype: Of the output under the policy `mixed_bfloat16`.
    """
    fixed = fixed or {}
    layer = layer_class(**arguments)
    _check_config(layer_class, layer)
    built = _check_build(layer_class, arguments, inputs, fixed, trainable_weights)
    outputs = ops.convert_to_numpy(built(**inputs, **fixed))
    assert outputs.shape == expected_shape, outputs.shape
    assert np.isfinite(outputs).all()
    _check_symbolic(layer_class, arguments, inputs, fixed, expected_shape)
    _check_mixed_precision(layer_class, arguments, inputs, fixed, mixed_dtype)
    _check_fit_save_and_load(layer_class, arguments, inputs, fixed)


def _check_config(layer_class, layer):
    config = layer.get_config()
    through_json = json.loads(json.dumps(config))
    again = layer_class.from_config(through_json).get_config()
    assert json.dumps(again, sort_keys=True) == json.dumps(config, sort_keys=True)


def _check_build(layer_class, arguments, inputs, fixed, trainable_weights):
    layer = layer_class(**arguments)
    parameters = list(inspect.signature(layer.build).parameters)
    shapes = [value.shape for value in inputs.values()][: len(parameters)]
    layer.build(*shapes)
    assert layer.built
    created = [weight.path for weight in layer.weights]
    assert len(layer.trainable_weights) == trainable_weights, [weight.path for weight in layer.trainable_weights]
    layer(**inputs, **fixed)
    assert [weight.path for weight in layer.weights] == created
    return layer


def _symbolic(inputs):
    return {
        name: keras.Input(shape=value.shape[1:], dtype=value.dtype.name, name=name) for name, value in inputs.items()
    }


def _check_symbolic(layer_class, arguments, inputs, fixed, expected_shape):
    output = layer_class(**arguments)(**_symbolic(inputs), **fixed)
    expected = (None, *expected_shape[1:]) if expected_shape else ()
    assert tuple(output.shape) == expected, output.shape


def _check_mixed_precision(layer_class, arguments, inputs, fixed, mixed_dtype):
    layer = layer_class(**arguments, dtype="mixed_bfloat16")
    output = layer(**inputs, **fixed)
    assert keras.backend.standardize_dtype(output.dtype) == mixed_dtype
    assert all(weight.dtype == "float32" for weight in layer.trainable_weights)
    assert np.isfinite(ops.convert_to_numpy(ops.cast(output, "float32"))).all()


def _check_fit_save_and_load(layer_class, arguments, inputs, fixed):
    symbolic = _symbolic(inputs)
    output = layer_class(**arguments)(**symbolic, **fixed)
    if not output.shape:
        return
    model = keras.Model(symbolic, output)
    before = [ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    model.compile("sgd", "mse")
    target = np.ones((len(next(iter(inputs.values()))), *output.shape[1:]), "float32")
    losses = model.fit(inputs, target, epochs=1, verbose=0).history["loss"]
    assert np.isfinite(losses).all()
    after = [ops.convert_to_numpy(weight) for weight in model.trainable_weights]
    assert not before or any(np.any(old != new) for old, new in zip(before, after, strict=True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.keras"
        model.save(path)
        loaded = keras.saving.load_model(path)
    np.testing.assert_allclose(
        ops.convert_to_numpy(loaded(inputs)), ops.convert_to_numpy(model(inputs)), rtol=1e-5, atol=1e-6
    )
