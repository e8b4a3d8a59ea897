"""Classify, Regress and MultiInference on signatures as they should be, and as they should not."""

import numpy as np
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
        "wide": (REGRESS, inputs, {"outputs": tf.concat([column, column], 1)}),
        "few": (REGRESS, inputs, {"outputs": x[:1]}),
        "double": (REGRESS, inputs, {"outputs": tf.cast(x, tf.float64)}),
        "elsewhere": (REGRESS, {"inputs": other}, {"outputs": tf.strings.to_number(other)}),
        "unnamed": (REGRESS, {"given": given}, {"outputs": x}),
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
def servable(tmp_path_factory):
    path = tmp_path_factory.mktemp("examples") / "1"
    save_graph(path, _signatures)
    servable = Servable(str(path))
    yield servable
    servable.close()


def refusal(call, error=tf.errors.InvalidArgumentError):
    with pytest.raises(error) as caught:
        call()
    return caught.value.message


@pytest.mark.parametrize("signature", ["flat", "column"])
def test_regress(servable, signature):
    assert [each.value for each in regress(servable, signature, examples(1.5, 2.0)).regressions] == [1.5, 2.0]


def test_classify(servable):
    def pairs(signature):
        result = classify(servable, signature, examples(1.5, 2.0))
        return [[(one.label, one.score) for one in each.classes] for each in result.classifications]

    assert pairs("both") == [[("1.5", 1.5)], [("2.0", 2.0)]]
    assert pairs("classes") == [[("1.5", 0.0)], [("2.0", 0.0)]]


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("none", "No signature was found with the name: none"),
        ("", "No signature was found with the name: serving_default"),
        ("two_inputs", "Expected one input Tensor."),
        ("both", "Expected one output Tensor."),
        ("wide", "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got [2,2]"),
        ("few", "Input batch size did not match output batch size: 2 vs. 1"),
        ("double", "Expected output Tensor of DT_FLOAT.  Got: DT_DOUBLE"),
    ],
)
def test_regress_is_refused(servable, signature, message):
    assert refusal(lambda: regress(servable, signature, examples(1.0, 2.0))) == message


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        ("none", "No signature was found with the name: none"),
        ("two_inputs", "Expected one input Tensor."),
        ("three", "Expected one or two output Tensors, found 3"),
        ("flat_scores", "Expected Tensor shape: [batch_size num_classes] but got [2]"),
        ("double_scores", "Expected scores Tensor of DT_FLOAT. Got: DT_DOUBLE"),
        ("number_classes", "Expected classes Tensor of DT_STRING. Got: DT_FLOAT"),
        ("few_scores", "Expected scores output batch size of 2. Got: 1"),
        ("uneven", "Tensors class and score should match in dim_size(1). Got 1 vs. 2"),
    ],
)
def test_classify_is_refused(servable, signature, message):
    assert refusal(lambda: classify(servable, signature, examples(1.0, 2.0))) == message


@pytest.mark.parametrize(
    ("call", "signature", "message"),
    [
        (regress, "unnamed", "No regression inputs found in SignatureDef: "),
        (regress, "misnamed", "No regression outputs found in SignatureDef: "),
        (classify, "unnamed", "No classification inputs found in SignatureDef: "),
        (
            classify,
            "flat",
            'Expected classification signature outputs to contain at least one of "classes" or "scores". Signature was',
        ),
    ],
)
def test_signatures_of_another_form(servable, call, signature, message):
    error = tf.errors.FailedPreconditionError
    assert refusal(lambda: call(servable, signature, examples(1.0)), error).startswith(message)


def test_several_tasks(servable):
    request = multi(examples(2.0), ("regress", spec("m", "flat")), ("classify", spec("m", "both")))
    first, second = multi_inference(servable, 7, request).results
    assert (first.model_spec, second.model_spec) == (spec("m", "flat", 7), spec("m", "both", 7))
    assert first.regression_result.regressions[0].value == 2.0
    assert second.classification_result.classifications[0].classes[0].label == "2.0"
    assert first_spec(request) == spec("m", "flat")
    assert first_spec(multi(examples(2.0))).name == ""


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([("regress", spec("", "flat"))], "Found ModelSpec with an empty model name."),
        (
            [("regress", spec("m", "flat")), ("regress", spec("n", "column"))],
            "All ModelSpecs in a MultiInferenceRequest must access the same model name.",
        ),
        ([("regress", spec("m", "flat"))] * 2, "Duplicate evaluation of signature: flat"),
        ([("regress", spec("m", "none"))], "Requested signature not found in model graph: none"),
        ([("regress", spec("m", "both"))], "Expected one output Tensor."),
        (
            [("regress", spec("m", "flat")), ("regress", spec("m", "elsewhere"))],
            "Input tensor must be the same for all Signatures.",
        ),
    ],
)
def test_tasks_that_are_refused(servable, tasks, message):
    assert refusal(lambda: multi_inference(servable, 7, multi(examples(2.0), *tasks))) == message


def test_a_task_of_another_kind(servable):
    request = multi(examples(2.0), ("predict", spec("m", "flat")))
    message = refusal(lambda: multi_inference(servable, 7, request), tf.errors.UnimplementedError)
    assert message == "Unsupported signature method_name: tensorflow/serving/predict"


def test_context_stands_before_each_example():
    assert refusal(lambda: serialized_examples(examples())) == "Input is empty."
    together = serialized_examples(examples(1.0, 2.0, bonus=3.0))
    assert together.shape == (2,)
    read = tf.train.Example.FromString(together[1])
    assert {name: list(each.float_list.value) for name, each in read.features.feature.items()} == {
        "x": [2.0],
        "bonus": [3.0],
    }
    np.testing.assert_array_equal(
        serialized_examples(examples(1.0))[0], examples(1.0).example_list.examples[0].SerializeToString()
    )


def test_methods_are_checked_where_told(tmp_path):
    save_graph(tmp_path / "1", _signatures)
    servable = Servable(str(tmp_path / "1"), checks_methods=True)
    given = examples(2.0)
    assert [each.value for each in regress(servable, "flat", given).regressions] == [2.0]
    for function, name, kind, wanted, was in (
        (regress, "classes", "regression", REGRESS, CLASSIFY),
        (classify, "flat", "classification", CLASSIFY, REGRESS),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError) as caught:
            function(servable, name, given)
        assert caught.value.message == f"Expected {kind} signature method_name to be {wanted}. Was: {was}"
    servable.close()
