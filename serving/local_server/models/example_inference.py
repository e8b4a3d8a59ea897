"""Inference on tf.Examples: Classify, Regress and MultiInference.

The checks of signatures and outputs, and the error texts, are TF Serving's.
"""

from collections.abc import Callable, Mapping

import numpy as np
from tensorflow.core.framework import types_pb2
from tensorflow.core.protobuf import meta_graph_pb2
from tensorflow_serving.apis import classification_pb2, inference_pb2, input_pb2, model_pb2, regression_pb2

from serving.local_server.models.servable import CLASSIFY_METHOD, DEFAULT_SIGNATURE, REGRESS_METHOD, Servable
from serving.local_server.wire.statuses import failed_precondition, invalid_argument, unimplemented
from serving.local_server.wire.tensor_types import dtype_of

EXAMPLES_INPUT = "inputs"
_CLASSES, _SCORES = "classes", "scores"
_REGRESSIONS = "outputs"

SignatureDefs = Mapping[str, meta_graph_pb2.SignatureDef]


def classify(
    servable: Servable, signature_name: str, given: input_pb2.Input
) -> classification_pb2.ClassificationResult:
    """Returns labels and scores for each example.

    Raises:
        tf.errors.OpError: The signature cannot classify, there are no examples, or the model fails.
    """
    signature = _signature(servable.signature_defs, signature_name)
    _check_method(servable, signature, "classification", CLASSIFY_METHOD)
    _check_classifies(signature)
    return _classifications(servable, signature_name, signature, serialized_examples(given))


def regress(servable: Servable, signature_name: str, given: input_pb2.Input) -> regression_pb2.RegressionResult:
    """Returns one number for each example.

    Raises:
        tf.errors.OpError: The signature cannot regress, there are no examples, or the model fails.
    """
    signature = _signature(servable.signature_defs, signature_name)
    _check_method(servable, signature, "regression", REGRESS_METHOD)
    _check_regresses(signature)
    return _regressions(servable, signature_name, serialized_examples(given))


def multi_inference(
    servable: Servable, version: int, request: inference_pb2.MultiInferenceRequest
) -> inference_pb2.MultiInferenceResponse:
    """Runs several tasks, each with a signature of its own, on the same examples.

    Raises:
        tf.errors.OpError: A task is invalid or does not go with the others, there are no examples, or the model fails.
    """
    signatures = _checked_tasks(servable.signature_defs, request)
    examples = serialized_examples(request.input)
    response = inference_pb2.MultiInferenceResponse()
    for task, (name, signature) in zip(request.tasks, signatures.items(), strict=True):
        result = response.results.add()
        result.model_spec.name = task.model_spec.name
        result.model_spec.signature_name = name
        result.model_spec.version.value = version
        if task.method_name == CLASSIFY_METHOD:
            result.classification_result.CopyFrom(_classifications(servable, name, signature, examples))
        else:
            result.regression_result.CopyFrom(_regressions(servable, name, examples))
    return response


def first_spec(request: inference_pb2.MultiInferenceRequest) -> model_pb2.ModelSpec:
    """The spec of the first task, whose model and version answer all tasks. It is empty if there are no tasks."""
    return request.tasks[0].model_spec if request.tasks else model_pb2.ModelSpec()


def example_count(given: input_pb2.Input) -> int:
    """The number of examples."""
    return len(given.example_list.examples) + len(given.example_list_with_context.examples)


def serialized_examples(given: input_pb2.Input) -> np.ndarray:
    """Serializes the examples, shape [examples]. The features of the shared context stand before those of each example.

    Raises:
        tf.errors.InvalidArgumentError: There are no examples.
    """
    shared, examples = b"", given.example_list.examples
    if given.WhichOneof("kind") == "example_list_with_context":
        shared = given.example_list_with_context.context.SerializeToString()
        examples = given.example_list_with_context.examples
    if not examples:
        raise invalid_argument("Input is empty.")
    return np.array([shared + each.SerializeToString() for each in examples], object)


def _signature(signatures: SignatureDefs, name: str) -> meta_graph_pb2.SignatureDef:
    name = name or DEFAULT_SIGNATURE
    if name not in signatures:
        raise invalid_argument(f"No signature was found with the name: {name}")
    return signatures[name]


def _checked_tasks(
    signatures: SignatureDefs, request: inference_pb2.MultiInferenceRequest
) -> dict[str, meta_graph_pb2.SignatureDef]:
    """Checks the tasks. Returns signature name to signature, in their order."""
    checks: dict[str, Callable[[meta_graph_pb2.SignatureDef], None]] = {
        CLASSIFY_METHOD: _check_classifies,
        REGRESS_METHOD: _check_regresses,
    }
    found: dict[str, meta_graph_pb2.SignatureDef] = {}
    input_tensors = set()
    for task in request.tasks:
        if not task.model_spec.name:
            raise invalid_argument("Found ModelSpec with an empty model name.")
        if task.model_spec.name != request.tasks[0].model_spec.name:
            raise invalid_argument("All ModelSpecs in a MultiInferenceRequest must access the same model name.")
        name = task.model_spec.signature_name or DEFAULT_SIGNATURE
        if name in found:
            raise invalid_argument(f"Duplicate evaluation of signature: {name}")
        if name not in signatures:
            raise invalid_argument(f"Requested signature not found in model graph: {name}")
        if task.method_name not in checks:
            raise unimplemented(f"Unsupported signature method_name: {task.method_name}")
        checks[task.method_name](signatures[name])
        found[name] = signatures[name]
        input_tensors.add(signatures[name].inputs[EXAMPLES_INPUT].name)
        if len(input_tensors) > 1:
            raise invalid_argument("Input tensor must be the same for all Signatures.")
    return found


def _check_method(servable: Servable, signature: meta_graph_pb2.SignatureDef, kind: str, method: str) -> None:
    if servable.checks_methods and signature.method_name != method:
        raise invalid_argument(f"Expected {kind} signature method_name to be {method}. Was: {signature.method_name}")


def _check_classifies(signature: meta_graph_pb2.SignatureDef) -> None:
    if len(signature.inputs) != 1:
        raise invalid_argument("Expected one input Tensor.")
    if len(signature.outputs) not in (1, 2):
        raise invalid_argument(f"Expected one or two output Tensors, found {len(signature.outputs)}")
    if EXAMPLES_INPUT not in signature.inputs:
        raise failed_precondition(f"No classification inputs found in SignatureDef: {signature}")
    if not {_CLASSES, _SCORES} & set(signature.outputs):
        raise failed_precondition(
            "Expected classification signature outputs to contain at least one of "
            f'"{_CLASSES}" or "{_SCORES}". Signature was: {signature}'
        )


def _check_regresses(signature: meta_graph_pb2.SignatureDef) -> None:
    if len(signature.inputs) != 1:
        raise invalid_argument("Expected one input Tensor.")
    if len(signature.outputs) != 1:
        raise invalid_argument("Expected one output Tensor.")
    if EXAMPLES_INPUT not in signature.inputs:
        raise failed_precondition(f"No regression inputs found in SignatureDef: {signature}")
    if _REGRESSIONS not in signature.outputs:
        raise failed_precondition(f"No regression outputs found in SignatureDef: {signature}")


def _classifications(
    servable: Servable, name: str, signature: meta_graph_pb2.SignatureDef, examples: np.ndarray
) -> classification_pb2.ClassificationResult:
    wanted = [alias for alias in (_CLASSES, _SCORES) if alias in signature.outputs]
    outputs = servable.run(name, {EXAMPLES_INPUT: examples}, wanted)
    types = {_CLASSES: types_pb2.DT_STRING, _SCORES: types_pb2.DT_FLOAT}
    for alias, array in outputs.items():
        if array.ndim != 2:
            raise invalid_argument(f"Expected Tensor shape: [batch_size num_classes] but got {_brackets(array.shape)}")
        if dtype_of(array) != types[alias]:
            raise invalid_argument(
                f"Expected {alias} Tensor of {_data_type(types[alias])}. Got: {_data_type(dtype_of(array))}"
            )
        if len(array) != len(examples):
            raise invalid_argument(f"Expected {alias} output batch size of {len(examples)}. Got: {len(array)}")
    sizes = [outputs[alias].shape[1] for alias in wanted]
    if len(set(sizes)) > 1:
        raise invalid_argument(f"Tensors class and score should match in dim_size(1). Got {sizes[0]} vs. {sizes[1]}")
    result = classification_pb2.ClassificationResult()
    for row in range(len(examples)):
        classes = result.classifications.add().classes
        for column in range(sizes[0]):
            each = classes.add()
            if _CLASSES in outputs:
                each.label = outputs[_CLASSES][row, column]
            if _SCORES in outputs:
                each.score = outputs[_SCORES][row, column]
    return result


def _regressions(servable: Servable, name: str, examples: np.ndarray) -> regression_pb2.RegressionResult:
    values = servable.run(name, {EXAMPLES_INPUT: examples}, [_REGRESSIONS])[_REGRESSIONS]
    if not (values.ndim == 1 or (values.ndim == 2 and values.shape[1] == 1)):
        raise invalid_argument(
            "Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got "
            + _brackets(values.shape)
        )
    if len(values) != len(examples):
        raise invalid_argument(f"Input batch size did not match output batch size: {len(examples)} vs. {len(values)}")
    if dtype_of(values) != types_pb2.DT_FLOAT:
        raise invalid_argument(f"Expected output Tensor of DT_FLOAT.  Got: {_data_type(dtype_of(values))}")
    result = regression_pb2.RegressionResult()
    for value in values.ravel().tolist():
        result.regressions.add(value=value)
    return result


def _data_type(dtype: int) -> str:
    return str(types_pb2.DataType.Name(dtype))


def _brackets(shape: tuple[int, ...]) -> str:
    return "[" + ",".join(map(str, shape)) + "]"
