"""Requests for a server to replay before it offers a model, so that no user waits for a graph's first calls."""

import os
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import tensorflow as tf
from tensorflow_serving.apis import prediction_log_pb2

from serving.local_server.servable import Servable


class RecordedServable:
    """A model that remembers the first requests of each signature that it has answered.

    Of what the gate asks, the first of a signature differ most: several rows, another way through, a single row.

    Attributes:
        signature_defs: Those of the model.

    Args:
        servable: The model.
        of_each_signature: How many requests to remember.
    """

    def __init__(self, servable: Servable, of_each_signature: int):
        self.signature_defs = servable.signature_defs
        self._servable = servable
        self._of_each_signature = of_each_signature
        self._answered: dict[str, list[Mapping[str, np.ndarray]]] = defaultdict(list)

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calls a signature of the model; see `Servable.run`."""
        outputs = self._servable.run(signature_name, inputs)
        if len(self._answered[signature_name]) < self._of_each_signature:
            self._answered[signature_name].append(dict(inputs))
        return outputs

    def write(self, path: str) -> None:
        """Writes the requests, if there are any, as TF Serving reads them: TFRecords of `PredictionLog`."""
        if not any(self._answered.values()):
            return
        tf.io.gfile.makedirs(os.path.dirname(path))
        with tf.io.TFRecordWriter(path) as writer:
            for signature, requests in self._answered.items():
                for inputs in requests:
                    writer.write(_log(signature, inputs).SerializeToString())

    def close(self) -> None:
        """Frees the model."""
        self._servable.close()


def _log(signature: str, inputs: Mapping[str, np.ndarray]) -> prediction_log_pb2.PredictionLog:
    """One request; the model goes unnamed, since it may be served under any name."""
    log = prediction_log_pb2.PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for name, values in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(values))
    return log
