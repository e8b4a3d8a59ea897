"""Replaces the list of models of a running server, from a config file that is polled or from a request."""

import logging
import threading
from collections.abc import Callable

from tensorflow_serving.config import model_server_config_pb2

from serving.local_server.models.model_manager import ModelManager, wait_until_available
from serving.local_server.models.served_models import read_model_config, served_models
from serving.local_server.wire.statuses import ServingError, invalid_argument

LOGGER = logging.getLogger(__name__)


def reload_config(
    manager: ModelManager,
    config: model_server_config_pb2.ModelServerConfig,
    wait_seconds: float = 300.0,
    is_awaited: Callable[[], bool] = lambda: True,
) -> None:
    """Replaces the served models by those of a config, and waits until the new models are available.

    It does not wait for new versions of models that were served before.

    Args:
        manager: The models.
        config: The new list.
        wait_seconds: How long to wait; the new models go on loading after that.
        is_awaited: Tells whether anybody still waits.

    Raises:
        tf.errors.OpError: The config is invalid, a label names a version that is not available, or a new model does not
            load, or not in time. Only in the last two cases has anything changed.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid_argument(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. "
            "Only ModelConfigList is currently supported"
        )
    new = manager.serve(served_models(config, manager.served()))
    wait_until_available(new, wait_seconds, is_awaited)


class ConfigFile:
    """Polls a model config file, and serves the models that it lists."""

    def __init__(self, manager: ModelManager, path: str, poll_seconds: float, wait_seconds: float = 300.0):
        """Reads nothing before `start` or `poll`.

        Args:
            manager: The manager of the models.
            path: The file.
            poll_seconds: Seconds between two looks at the file; 0 never looks.
            wait_seconds: How long a new list waits for its models before the file is looked at again.
        """
        self._manager = manager
        self._path = path
        self._poll_seconds = poll_seconds
        self._wait_seconds = wait_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="model-config-file", daemon=True)

    def start(self) -> None:
        """Starts the thread that polls."""
        if self._poll_seconds > 0:
            self._thread.start()

    def stop(self) -> None:
        """Stops polling. A reload waits no more for its models."""
        self._stop.set()

    def poll(self) -> bool:
        """Reads the file once and serves its models. Returns False if the file cannot be read or served."""
        try:
            with open(self._path, encoding="utf-8") as file:
                config = read_model_config(file.read())
            reload_config(self._manager, config, self._wait_seconds, lambda: not self._stop.is_set())
        except (OSError, UnicodeDecodeError, ServingError) as error:
            LOGGER.error("The model config file %s cannot be served: %s", self._path, error)
            return False
        return True

    def _watch(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            self.poll()
