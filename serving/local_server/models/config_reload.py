"""A new list of models for a server that runs: from a file that is looked at again and again, or from a request."""

import logging
import threading

from tensorflow_serving.config import model_server_config_pb2

from serving.local_server.models.model_manager import ModelManager, wait_until_available
from serving.local_server.models.served_models import read_model_config, served_models
from serving.local_server.wire.statuses import ServingError, invalid_argument

LOGGER = logging.getLogger(__name__)


def reload_config(manager: ModelManager, config: model_server_config_pb2.ModelServerConfig) -> None:
    """Serves the models of a config instead of those served before, and waits for the models that are new.

    New versions of models that are served already are not waited for.

    Raises:
        tf.errors.OpError: The config makes no sense, a label names a version that is not available, or a new model does
            not load. Only in the last case has anything changed.
    """
    if config.WhichOneof("config") != "model_config_list":
        raise invalid_argument(
            "ServerModelConfig type not supported by HandleReloadConfigRequest. "
            "Only ModelConfigList is currently supported"
        )
    new = manager.serve(served_models(config, manager.served()))
    wait_until_available(new)


class ConfigFile:
    """Looks at a model config file from time to time and serves what it says."""

    def __init__(self, manager: ModelManager, path: str, poll_seconds: float):
        """Reads nothing before `start` or `poll`.

        Args:
            manager: Serves the models.
            path: The file.
            poll_seconds: Between looks; 0 never looks.
        """
        self._manager = manager
        self._path = path
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="model-config-file", daemon=True)

    def start(self) -> None:
        """Begins to look, on a thread of its own."""
        if self._poll_seconds > 0:
            self._thread.start()

    def stop(self) -> None:
        """Ends looking, but not a reload that waits for a model."""
        self._stop.set()

    def poll(self) -> bool:
        """Looks at the file once; False where it cannot be read or served, and the models stay as they were."""
        try:
            with open(self._path, encoding="utf-8") as file:
                reload_config(self._manager, read_model_config(file.read()))
        except (OSError, UnicodeDecodeError, ServingError) as error:
            LOGGER.error("The model config file %s is not taken: %s", self._path, error)
            return False
        return True

    def _watch(self) -> None:
        while not self._stop.wait(self._poll_seconds):
            self.poll()
