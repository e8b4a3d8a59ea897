"""Warm-up: replays the requests that are saved in a version's folder, so that its first clients need not wait.

This happens before the version is available, or after that if no other version is available. The place and format of
the file, its limits and the error texts are TF Serving's.
"""

import os
from collections.abc import Callable

from google.protobuf.message import DecodeError
from tensorflow.python.framework import errors_impl
from tensorflow.python.lib.io import file_io, tf_record
from tensorflow_serving.apis import predict_pb2, prediction_log_pb2

from serving.local_server.models.example_inference import classify, multi_inference, regress
from serving.local_server.models.servable import Servable
from serving.local_server.wire.statuses import data_loss, invalid_argument, unimplemented
from serving.local_server.wire.tensor_protos import from_protos

WARM_UP_FILE = os.path.join("assets.extra", "tf_serving_warmup_requests")
"""The file with the requests, below a version's folder."""
MOST_RECORDS = 1000
_NO_VERSION = 0
"""The version number in answers that nobody reads."""


def load_warm(path: str) -> Servable:
    """Loads a SavedModel and replays its warm-up requests, if it has any.

    Raises:
        tf.errors.OpError: The SavedModel does not load, the warm-up file cannot be read, or a request fails.
    """
    servable = Servable(path)
    warm_up(servable, path)
    return servable


def warm_up(servable: Servable, path: str) -> int:
    """Replays the warm-up requests of a version, and returns how many there are.

    Args:
        servable: The version; it is closed if a request fails.
        path: The version's folder.

    Raises:
        tf.errors.OpError: The file cannot be read, or a request fails.
    """
    try:
        return replay(servable, os.path.join(path, WARM_UP_FILE))
    except BaseException:
        servable.close()
        raise


def replay(servable: Servable, file: str, stopped: Callable[[], bool] = lambda: False) -> int:
    """Replays the requests of a file, and returns how many there are; 0 if there is no file.

    Args:
        servable: The model.
        file: A TFRecord file of `PredictionLog`.
        stopped: Tells whether to stop before the next request.

    Raises:
        tf.errors.DataLossError: The file is no TFRecord file.
        tf.errors.InvalidArgumentError: A record is no `PredictionLog`, or there are more than `MOST_RECORDS`.
        tf.errors.UnimplementedError: A record is of a kind that is not replayed.
        tf.errors.OpError: A request fails.
    """
    if not file_io.file_exists_v2(file):
        return 0
    logs = [_parsed(record, file) for record in _records(file)]
    for log in logs:
        if stopped():
            break
        _ask(servable, log)
    return len(logs)


def _records(file: str) -> list[bytes]:
    records = []
    try:
        for record in tf_record.tf_record_iterator(file):
            records.append(record)
            if len(records) > MOST_RECORDS:
                raise invalid_argument(f"Number of warmup records exceeds the maximum ({MOST_RECORDS}) at {file}")
    except errors_impl.DataLossError as error:
        message = f"{error.message} Please verify your warmup data is in TFRecord format."
        raise data_loss(message) from error
    return records


def _parsed(record: bytes, file: str) -> prediction_log_pb2.PredictionLog:
    try:
        return prediction_log_pb2.PredictionLog.FromString(record)
    except DecodeError as error:
        raise invalid_argument(f"Failed to parse warmup record: {record!r:.100} from {file}") from error


def _ask(servable: Servable, log: prediction_log_pb2.PredictionLog) -> None:
    kind = log.WhichOneof("log_type")
    if kind == "predict_log":
        request: predict_pb2.PredictRequest = log.predict_log.request
        servable.run(request.model_spec.signature_name, from_protos(request.inputs), request.output_filter)
    elif kind == "classify_log":
        classify(servable, log.classify_log.request.model_spec.signature_name, log.classify_log.request.input)
    elif kind == "regress_log":
        regress(servable, log.regress_log.request.model_spec.signature_name, log.regress_log.request.input)
    elif kind == "multi_inference_log":
        multi_inference(servable, _NO_VERSION, log.multi_inference_log.request)
    else:
        raise unimplemented(f"Unsupported log_type for warmup: {kind}")
