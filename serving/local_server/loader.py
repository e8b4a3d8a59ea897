"""How a server makes a servable of a version's folder."""

import time
from collections.abc import Sequence

import grpc
from tensorflow.core.protobuf import config_pb2

from serving.local_server.batching import BatchedServable
from serving.local_server.errors import as_serving_error
from serving.local_server.metrics import Metrics
from serving.local_server.servable import DEFAULT_TAGS, Servable
from serving.local_server.text_configs import BatchingConfig
from serving.local_server.warm_up import warm_up

_STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


class Loader:
    """Loads versions, warms them up and puts their requests together, as far as it is told to."""

    def __init__(
        self,
        warms_up: bool = True,
        batching: BatchingConfig | None = None,
        metrics: Metrics | None = None,
        tags: Sequence[str] = DEFAULT_TAGS,
        session_config: config_pb2.ConfigProto | None = None,
    ):
        """Takes the settings.

        Args:
            warms_up: Whether the requests that a version brings along are replayed.
            batching: How requests are put together; they are not where None.
            metrics: Where warm-up and batches are timed.
            tags: Of the MetaGraph to load.
            session_config: Threads of the session; TensorFlow's defaults where None.
        """
        self._warms_up = warms_up
        self._batching = batching
        self._metrics = metrics or Metrics()
        self._tags = tags
        self._session_config = session_config

    def __call__(self, path: str) -> Servable:
        """Loads a version.

        Raises:
            tf.errors.OpError: It does not load, or its warm-up fails.
        """
        if self._batching is None:
            servable = Servable(path, self._tags, self._session_config)
        else:
            servable = BatchedServable(path, self._batching, self._metrics, self._tags, self._session_config)
        if self._warms_up:
            self._warm_up(servable, path)
        return servable

    def _warm_up(self, servable: Servable, path: str) -> None:
        begin = time.perf_counter()
        status = grpc.StatusCode.OK.name
        records = 1
        try:
            records = warm_up(servable, path)
        except Exception as error:
            status = _STATUS_NAMES[as_serving_error(error).error_code]
            raise
        finally:
            if records:
                self._metrics.model_warmup_latency.add((time.perf_counter() - begin) * 1e6, path, status)
