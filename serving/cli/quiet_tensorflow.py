"""TensorFlow without its greetings: on the command line only what concerns the user is printed."""

import logging
import os
import warnings


def quiet_tensorflow() -> None:
    """Hushes what TensorFlow and its companions say when they are imported; call it before that."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning)
