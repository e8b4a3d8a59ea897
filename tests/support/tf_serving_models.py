"""Saves the models of the conformance suite: small graphs in TensorFlow 1's way, and one in TensorFlow 2's.

| name | versions | what it has |
| --- | --- | --- |
| `half_plus_two` | 123, in a folder `00000123` | y = x / 2 + 2; from arrays and from tf.Examples |
| `strings` | 1 | text in, text out; and an echo of each type |
| `several` | 1 | signatures with several inputs and outputs, saved by `tf.saved_model.save` |
| `versions` | 1 and 2 | y = x / 2 + 2 and y = x / 2 + 3, both served, labelled `stable` and `canary` |
"""

import pathlib
from collections.abc import Callable, Mapping

import tensorflow as tf

v1 = tf.compat.v1

PREDICT = "tensorflow/serving/predict"
CLASSIFY = "tensorflow/serving/classify"
REGRESS = "tensorflow/serving/regress"

ECHOED_TYPES = (
    *("float32", "float64", "float16", "int8", "int16", "int32", "int64", "uint8", "uint32", "uint64"),
    *("bool", "string", "complex64"),
)
"""The model `strings` has a signature `echo_TYPE` for each, from `x` to `y`."""

Signature = tuple[str, Mapping[str, tf.Tensor], Mapping[str, tf.Tensor]]
"""Method name, inputs and outputs."""


def save_models(folder: pathlib.Path) -> str:
    """Saves all models below a folder, each under its name, and returns the text of their `ModelServerConfig`."""
    save_graph(folder / "half_plus_two" / "00000123", _half_plus_two_signatures)
    save_graph(folder / "strings" / "1", _string_signatures)
    _save_several(folder / "several" / "1")
    for version, addend in ((1, 2.0), (2, 3.0)):
        save_graph(folder / "versions" / str(version), lambda addend=addend: {"serving_default": half_plus(addend)})
    plain = "".join(
        f'  config {{ name: "{name}" base_path: "{folder / name}" model_platform: "tensorflow" }}\n'
        for name in ("half_plus_two", "strings", "several")
    )
    labelled = (
        f'  config {{\n    name: "versions" base_path: "{folder / "versions"}" model_platform: "tensorflow"\n'
        "    model_version_policy { all {} }\n"
        '    version_labels { key: "stable" value: 1 }\n    version_labels { key: "canary" value: 2 }\n  }\n'
    )
    return f"model_config_list {{\n{plain}{labelled}}}\n"


def save_graph(path: pathlib.Path, signatures: Callable[[], Mapping[str, Signature]]) -> None:
    """Saves the TensorFlow 1 graph that `signatures` builds."""
    with tf.Graph().as_default(), v1.Session() as session:
        defs = {
            name: v1.saved_model.build_signature_def(
                {alias: v1.saved_model.build_tensor_info(tensor) for alias, tensor in inputs.items()},
                {alias: v1.saved_model.build_tensor_info(tensor) for alias, tensor in outputs.items()},
                method,
            )
            for name, (method, inputs, outputs) in signatures().items()
        }
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(session, ["serve"], defs, strip_default_attrs=True)
        builder.save()


def half_plus(addend: float) -> Signature:
    """y = x / 2 + addend."""
    x = v1.placeholder(tf.float32, [None, 1], name="x")
    return PREDICT, {"x": x}, {"y": tf.identity(0.5 * x + v1.Variable(addend, use_resource=True), name="y")}


def _half_plus_two_signatures() -> dict[str, Signature]:
    method, arrays, outputs = half_plus(2.0)
    serialized = v1.placeholder(tf.string, [None], name="tf_example")
    features = {
        "x": tf.io.FixedLenFeature([1], tf.float32),
        "bonus": tf.io.FixedLenFeature([1], tf.float32, default_value=[0.0]),
    }
    parsed = tf.io.parse_example(serialized, features)
    y = 0.5 * parsed["x"] + 2.0 + parsed["bonus"]
    both = tf.concat([y, -y], axis=1)
    examples = {"inputs": serialized}
    labels = tf.tile([["plus", "minus"]], [tf.shape(y)[0], 1])
    return {
        "serving_default": (method, arrays, outputs),
        "regress_x_to_y": (REGRESS, examples, {"outputs": y}),
        "classify_x_to_y": (CLASSIFY, examples, {"scores": y}),
        "classify_both": (CLASSIFY, examples, {"classes": labels, "scores": both}),
        # TensorFlow 2 saves it so: the method's name does not say what the signature can be used for.
        "predict_named": (PREDICT, examples, {"outputs": y}),
        "wide": (REGRESS, examples, {"outputs": both}),
    }


def _string_signatures() -> dict[str, Signature]:
    text = v1.placeholder(tf.string, [None], name="text")
    signatures: dict[str, Signature] = {
        "serving_default": (PREDICT, {"text": text}, {"upper": tf.strings.upper(text)}),
        "bytes": (PREDICT, {"text": text}, {"text_bytes": tf.identity(text), "length": tf.strings.length(text)}),
    }
    for name in ECHOED_TYPES:
        x = v1.placeholder(tf.as_dtype(name), None, name=f"echo_{name}")
        signatures[f"echo_{name}"] = (PREDICT, {"x": x}, {"y": tf.identity(x)})
    return signatures


def _save_several(path: pathlib.Path) -> None:
    module = tf.Module()
    floats = tf.TensorSpec([None], tf.float32)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, name="a"), tf.TensorSpec([None], tf.float32, "b")])
    def both(a, b):
        return {"sum": a + b, "difference": a - b}

    @tf.function(input_signature=[floats])
    def total(x):
        return {"total": tf.reduce_sum(x)}

    @tf.function(input_signature=[floats])
    def ragged(x):
        return {"long": tf.concat([x, x], 0), "short": x}

    signatures = {"serving_default": both, "total": total, "ragged": ragged}
    tf.saved_model.save(module, str(path), {name: each.get_concrete_function() for name, each in signatures.items()})
