"""Writes warm-up requests: a server replays them first, so that no user waits for a graph's first calls."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from components.servability_gate.requests.probes import Probe
from components.servability_gate.requests.rank_inputs import strings
from components.servability_gate.requests.signature_inputs import SignatureDefs, signature_request
from schemas import features, signatures


def write_warm_up_file(path: str, signature_defs: SignatureDefs, asked: Sequence[Probe], of_each: int) -> int:
    """Writes requests of every signature as TF Serving reads them: TFRecords of `PredictionLog`.

    Args:
        path: The file; nothing is written if there are no requests.
        signature_defs: The model's signatures by name.
        asked: The probes of the gate.
        of_each: The largest number of requests of each signature. The first three differ most: several rows, one row,
            and rows of unknown users. Further ones have one row.

    Returns:
        How many requests were written.
    """
    logs = [
        _log(name, request)
        for name in signature_defs
        for request, _ in zip(_requests(signature_defs, name, asked), range(of_each), strict=False)
    ]
    if logs:
        with tf.io.TFRecordWriter(path) as writer:
            for log in logs:
                writer.write(log.SerializeToString())
    return len(logs)


def _requests(signature_defs: SignatureDefs, name: str, asked: Sequence[Probe]) -> Iterator[Mapping[str, np.ndarray]]:
    groups = [_fitting(name, probe.examples) for probe in asked]
    first, *others = [group for group in groups if group]
    for examples in (first, first[:1], *others, *([example] for example in first[1:])):
        yield signature_request(signature_defs, name, examples)


def _fitting(name: str, examples: Sequence[tf.train.Example]) -> Sequence[tf.train.Example]:
    """The examples that a signature can be asked about: `search` needs a query."""
    if name != signatures.SEARCH:
        return examples
    return [example for example in examples if any(strings(example, features.QUERY))]


def _log(signature: str, inputs: Mapping[str, np.ndarray]) -> prediction_log_pb2.PredictionLog:
    """One request. It does not name the model, which may be served under any name."""
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    return log
