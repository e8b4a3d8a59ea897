"""What all tests share: quiet TensorFlow, on the CPU, with tf_keras behind `tf.keras` as TFT and TFMA need it."""

import os
import sys
from pathlib import Path

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

# `tests.support` is found from any directory; the rooms come from what is installed, be it the checkout or the wheel.
sys.path.append(str(Path(__file__).resolve().parents[1]))

pytest_plugins = ["tests.support.model_servers"]
