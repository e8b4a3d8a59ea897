"""Loads a version's folder as a servable: with or without warm-up and batching, as the settings say."""

import contextlib
import dataclasses
import os
import threading
import time
from collections.abc import Callable, Sequence

import grpc
from tensorflow.core.protobuf import config_pb2

from serving.local_server.models.batching import BatchedServable
from serving.local_server.models.servable import DEFAULT_TAGS, Servable
from serving.local_server.models.version_folders import taken_for_pattern
from serving.local_server.models.warm_up import WARM_UP_FILE, replay, warm_up
from serving.local_server.watching.server_metrics import Metrics
from serving.local_server.wire.statuses import as_serving_error, failed_precondition
from serving.local_server.wire.text_configs import BatchingConfig, read_batching_config

BATCHING_FILE = "batching_params.pbtxt"
"""The file in a version's folder that holds its own batching parameters."""
_STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


class Loader:
    """Loads versions. It warms them up and batches their requests if the settings say so."""

    def __init__(
        self,
        warms_up: bool = True,
        batching: BatchingConfig | None = None,
        metrics: Metrics | None = None,
        tags: Sequence[str] = DEFAULT_TAGS,
        session_config: config_pb2.ConfigProto | None = None,
        batches_by_model: bool = False,
        checks_methods: bool = False,
        at_a_time: int = 0,
    ):
        """Takes the settings.

        Args:
            warms_up: Whether to replay the warm-up requests of a version.
            batching: Batching parameters; None does not batch requests.
            metrics: Records how long warm-ups and batches take.
            tags: Tags of the MetaGraph to load.
            session_config: Threads of the session; None takes TensorFlow's defaults.
            batches_by_model: Whether each version has batching parameters in a file of its own. A version without that
                file is not batched. Only the threads still follow `batching`.
            checks_methods: Whether a signature answers only the API that its method name says.
            at_a_time: How many versions may load at the same time; 0 sets no limit.
        """
        self._warms_up = warms_up
        self._batching = batching
        self._metrics = metrics or Metrics()
        self._tags = tags
        self._session_config = session_config
        self._batches_by_model = batches_by_model
        self._checks_methods = checks_methods
        self._turn = threading.BoundedSemaphore(at_a_time) if at_a_time else contextlib.nullcontext()

    def __call__(self, path: str) -> Servable:
        """Loads a version and warms it up.

        Raises:
            tf.errors.OpError: The version does not load, or its warm-up fails.
        """
        with self._turn:
            servable = self._load(path)
            if self._warms_up:
                self._timed(path, lambda: warm_up(servable, path))
            return servable

    def cold(self, path: str) -> Servable:
        """Loads a version without a warm-up.

        Raises:
            tf.errors.OpError: The version does not load.
        """
        with self._turn:
            return self._load(path)

    def warm_later(self, servable: Servable, path: str, stopped: Callable[[], bool]) -> int:
        """Warms up a version that is available already. Returns how many warm-up requests it has.

        Args:
            servable: The version.
            path: The version's folder.
            stopped: Tells whether to stop before the next request.

        Raises:
            tf.errors.OpError: The warm-up file cannot be read, or a request fails.
        """
        return self._timed(path, lambda: replay(servable, os.path.join(path, WARM_UP_FILE), stopped))

    def _load(self, path: str) -> Servable:
        has_weights = os.path.isfile(os.path.join(path, "variables", "variables.index"))
        if has_weights and (reason := taken_for_pattern(path)):
            raise failed_precondition(f"{path}: {reason}. Rename the folder.")
        batching = self._batching_of(path)
        if batching is None:
            return Servable(path, self._tags, self._session_config, self._checks_methods)
        return BatchedServable(path, batching, self._metrics, self._tags, self._session_config, self._checks_methods)

    def _batching_of(self, path: str) -> BatchingConfig | None:
        """The batching parameters of a version; None if its requests are not batched."""
        file = os.path.join(path, BATCHING_FILE)
        if self._batching is None or not self._batches_by_model:
            return self._batching
        if not os.path.exists(file):
            return None
        with open(file, encoding="utf-8") as text:
            own = read_batching_config(text.read())
        threads = {name: getattr(self._batching, name) for name in ("num_batch_threads", "thread_pool_name")}
        return dataclasses.replace(own, **threads)

    def _timed(self, path: str, warm: Callable[[], int]) -> int:
        """Runs a warm-up and records its time, even if it fails. A version without requests is not recorded."""
        begin = time.perf_counter()
        status = grpc.StatusCode.OK.name
        records = 1
        try:
            records = warm()
        except Exception as error:
            status = _STATUS_NAMES[as_serving_error(error).error_code]
            raise
        finally:
            if records:
                self._metrics.model_warmup_latency.add((time.perf_counter() - begin) * 1e6, path, status)
        return records
