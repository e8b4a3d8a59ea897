"""Classify, Regress and MultiInference on signatures that are not as they should be.

`tests/conformance/` has the answers, and the refusals that its own models can show.
"""

import contextlib

import pytest
import tensorflow as tf

from serving.local_server.models.example_inference import (
    classify,
    first_spec,
    multi_inference,
    regress,
    serialized_examples,
)
from serving.local_server.models.servable import Servable
from tests.support.local_servers import refusal
from tests.support.tf_serving_models import CLASSIFY, REGRESS, save_graph
from tests.support.tf_serving_requests import examples, multi, spec


def _signatures():
    given = tf.compat.v1.placeholder(tf.string, [None], name="given")
    other = tf.compat.v1.placeholder(tf.string, [None], name="other")
    x = tf.io.parse_example(given, {"x": tf.io.FixedLenFeature([], tf.float32)})["x"]
    inputs, column = {"inputs": given}, x[:, None]
    names = tf.as_string(column, precision=1)
    return {
        "flat": (REGRESS, inputs, {"outputs": x}),
        "column": (REGRESS, inputs, {"outputs": column}),
        "few": (REGRESS, inputs, {"outputs": x[:1]}),
        "double": (REGRESS, inputs, {"outputs": tf.cast(x, tf.float64)}),
        "elsewhere": (REGRESS, {"inputs": other}, {"outputs": tf.strings.to_number(other)}),
        "misnamed": (REGRESS, inputs, {"y": x}),
        "classes": (CLASSIFY, inputs, {"classes": names}),
        "both": (CLASSIFY, inputs, {"classes": names, "scores": column}),
        "uneven": (CLASSIFY, inputs, {"classes": names, "scores": tf.concat([column, column], 1)}),
        "flat_scores": (CLASSIFY, inputs, {"scores": x}),
        "double_scores": (CLASSIFY, inputs, {"scores": tf.cast(column, tf.float64)}),
        "number_classes": (CLASSIFY, inputs, {"classes": column}),
        "few_scores": (CLASSIFY, inputs, {"scores": column[:1]}),
        "three": (CLASSIFY, inputs, {"classes": names, "scores": column, "more": x}),
        "two_inputs": (CLASSIFY, {"inputs": given, "other": other}, {"scores": column}),
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("examples") / "1"
    save_graph(path, _signatures)
    return str(path)


@pytest.fixture(scope="module")
def servable(path):
    with contextlib.closing(Servable(path)) as servable:
        yield servable


@pytest.mark.parametrize("signature", ["flat", "column"])
def test_regress(servable, signature):
    assert [each.value for each in regress(servable, signature, examples(1.5, 2.0)).regressions] == [1.5, 2.0]


@pytest.mark.parametrize(
    ("signature", "pairs"),
    [("both", [[("1.5", 1.5)], [("2.0", 2.0)]]), ("classes", [[("1.5", 0.0)], [("2.0", 0.0)]])],
)
def test_classify(servable, signature, pairs):
    result = classify(servable, signature, examples(1.5, 2.0))
    assert [[(one.label, one.score) for one in each.classes] for each in result.classifications] == pairs


@pytest.mark.parametrize(
    ("call", "signature", "message"),
    [
        (regress, "", "No signature was found with the name: serving_default"),
        (regress, "two_inputs", "Expected one input Tensor."),
        (regress, "few", "Input batch size did not match output batch size: 2 vs. 1"),
        (regress, "double", "Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE"),
        (classify, "three", "Expected one or two output Tensors, found 3"),
        (classify, "flat_scores", "Expected Tensor shape: [batch_size num_classes] but got [2]"),
        (classify, "double_scores", "Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE"),
        (classify, "number_classes", "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        (classify, "few_scores", "Expected scores output batch size of 2. Got: 1"),
        (classify, "uneven", "Tensors class and score should match in dim_size(1). Got 1 vs. 2"),
    ],
)
def test_signatures_that_are_refused(servable, call, signature, message):
    assert refusal(call, servable, signature, examples(1.0, 2.0)) == message


def test_a_signature_whose_output_has_another_name(servable):
    message = refusal(regress, servable, "misnamed", examples(1.0), error=tf.errors.FailedPreconditionError)
    assert message.startswith("No regression outputs found in SignatureDef: ")


def test_which_model_answers_several_tasks(servable):
    request = multi(examples(2.0), ("regress", spec("m", "flat")), ("classify", spec("m", "both")))
    assert first_spec(request) == spec("m", "flat")
    assert first_spec(multi(examples(2.0))).name == ""
    used = [each.model_spec for each in multi_inference(servable, 7, request).results]
    assert used == [spec("m", "flat", 7), spec("m", "both", 7)]


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([spec("", "flat")], "Found ModelSpec with an empty model name."),
        ([spec("m", "both")], "Expected one output Tensor."),
        ([spec("m", "flat"), spec("m", "elsewhere")], "Input tensor must be the same for all Signatures."),
    ],
)
def test_tasks_that_are_refused(servable, tasks, message):
    request = multi(examples(2.0), *(("regress", task) for task in tasks))
    assert refusal(multi_inference, servable, 7, request) == message


def test_context_stands_before_each_example():
    _, second = serialized_examples(examples(1.0, 2.0, bonus=3.0))
    features = tf.train.Example.FromString(second).features.feature
    assert {name: list(each.float_list.value) for name, each in features.items()} == {"x": [2.0], "bonus": [3.0]}
    (alone,) = serialized_examples(examples(1.0))
    assert alone == examples(1.0).example_list.examples[0].SerializeToString()


def test_methods_are_checked_where_told(path):
    given = examples(2.0)
    with contextlib.closing(Servable(path, checks_methods=True)) as servable:
        assert [each.value for each in regress(servable, "flat", given).regressions] == [2.0]
        for function, name, kind, wanted, was in (
            (regress, "classes", "regression", REGRESS, CLASSIFY),
            (classify, "flat", "classification", CLASSIFY, REGRESS),
        ):
            message = f"Expected {kind} signature method_name to be {wanted}. Was: {was}"
            assert refusal(function, servable, name, given) == message
