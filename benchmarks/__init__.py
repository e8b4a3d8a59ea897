"""How fast things are, one script a question; see README.md."""

import os

# As in `tfx_pipeline`: said before TensorFlow is imported.
os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
