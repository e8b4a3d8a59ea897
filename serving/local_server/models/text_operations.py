"""Registers the operations of TensorFlow Text, which graphs may have: TF Serving's own binary has them, too."""

import importlib.util
import logging
from functools import cache
from pathlib import Path

from tensorflow.python.framework import errors_impl, load_library

LOGGER = logging.getLogger(__name__)
_PACKAGE = "tensorflow_text"
_LIBRARIES = "python/ops/*.so"


@cache
def register() -> None:
    """Registers the operations, once a process; does nothing if TensorFlow Text is not installed.

    The package's own import would import all of TensorFlow, which takes several times as long as to load the libraries.
    """
    package = importlib.util.find_spec(_PACKAGE)
    for folder in package.submodule_search_locations or () if package else ():
        for library in sorted(Path(folder).glob(_LIBRARIES)):
            try:
                load_library.load_op_library(str(library))
            except errors_impl.OpError as error:
                LOGGER.info("%s is not loaded: %s", library.name, error)
