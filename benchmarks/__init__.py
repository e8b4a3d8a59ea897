"""Scripts that measure speed, one for each question; README.md lists them."""

import os

# As in `tfx_pipeline`, these must be set before TensorFlow is imported.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
