"""What all tests share: quiet TensorFlow, on the CPU, with tf_keras behind `tf.keras` as TFT and TFMA need it."""

import os
import sys
import time
from pathlib import Path

import pytest

os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

# `tests.support` is found from any directory; the rooms come from what is installed, be it the checkout or the wheel.
sys.path.append(str(Path(__file__).resolve().parents[1]))

pytest_plugins = ["tests.support.model_servers", "tests.support.browser"]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Skips what has not begun in time, and says so, where tests have to end by some moment, as in CI."""
    if time.time() > float(os.environ.get("TANDEM_TESTS_BEGIN_BY", "inf")):
        pytest.skip("no time was left to begin it on this machine (TANDEM_TESTS_BEGIN_BY)")
