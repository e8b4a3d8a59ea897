"""Imports only the parts of TensorFlow that a server needs: all of TensorFlow takes several times as long.

`import tensorflow` imports Keras, datasets, distribution and all of the public API. A server needs a session. The
server's modules import the parts by their own names, `tensorflow.python…` and `tensorflow.core…`. These names also
exist after `import tensorflow`, so the server works either way, and only its start takes longer.
"""

import importlib
import importlib.util
import logging
import sys
import types
from pathlib import Path

LOGGER = logging.getLogger(__name__)
_PARTS = (
    "tensorflow.python.client.session",
    "tensorflow.python.framework.dtypes",
    "tensorflow.python.framework.errors_impl",
    "tensorflow.python.framework.load_library",
    "tensorflow.python.framework.ops",
    "tensorflow.python.framework.tensor_util",
    "tensorflow.python.lib.io.file_io",
    "tensorflow.python.lib.io.tf_record",
    "tensorflow.python.saved_model.loader_impl",
    "tensorflow.core.example.example_pb2",
    "tensorflow.core.protobuf.config_pb2",
    "tensorflow.core.protobuf.meta_graph_pb2",
    # These packages import TensorFlow themselves.
    "tensorflow_serving.apis.model_service_pb2_grpc",
    "tensorflow_serving.apis.prediction_log_pb2",
    "tensorflow_serving.apis.prediction_service_pb2_grpc",
    "tensorflow_serving.config.model_server_config_pb2",
)
_WHOLE = "tensorflow"
_PLUGINS = "tensorflow-plugins"
"""A folder beside TensorFlow with plugins for devices. Only `import tensorflow` looks for them."""


def import_parts() -> bool:
    """Imports the parts. Call it before anything else imports TensorFlow, and before the process has further threads.

    A later `import tensorflow` imports all of TensorFlow, and uses the parts that are imported already.

    Returns:
        Whether the parts were imported. If not, TensorFlow is or will be imported as a whole.
    """
    found = None if _WHOLE in sys.modules else importlib.util.find_spec(_WHOLE)
    if found is None or not found.submodule_search_locations:
        return False
    places = list(found.submodule_search_locations)
    if any((Path(place).parent / _PLUGINS).exists() for place in places):
        return False
    # An empty module stands for the package while its modules are imported, so that its `__init__` does not run.
    bare = types.ModuleType(_WHOLE)
    bare.__path__ = places
    sys.modules[_WHOLE] = bare
    try:
        for name in _PARTS:
            importlib.import_module(name)
    except Exception as error:  # Of any kind: TensorFlow does not promise these names.
        LOGGER.info("TensorFlow is imported as a whole: %s", error)
        return False
    finally:
        del sys.modules[_WHOLE]
    return True
