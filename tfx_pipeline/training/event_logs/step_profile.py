"""Profiles a few steps of a training, if the environment asks for it."""

import os
from typing import Final

import keras
import tensorflow as tf

VARIABLE: Final = "TANDEM_PROFILE"
"""The environment variable. Any value but nothing and 0 asks for a profile of each training."""
_FIRST, _LAST = 11, 15
"""Steps from 1: those before trace, and fill what is prefetched."""


class StepProfile(keras.callbacks.Callback):
    """Writes what TensorFlow's profiler sees of the steps 11 to 15, for TensorBoard's profile plugin.

    A training with fewer steps has none. It sees one that goes on after an interruption anew.

    Args:
        log_dir: The folder of the training's logs.
    """

    def __init__(self, log_dir: str):
        super().__init__()
        self._log_dir = log_dir
        self._is_asked = os.environ.get(VARIABLE, "") not in ("", "0")
        self._step, self._runs = 0, False

    def on_train_batch_begin(self, batch: int, logs: dict | None = None) -> None:
        """Starts before the first of these steps."""
        if self._is_asked and self._step + 1 == _FIRST:
            tf.profiler.experimental.start(self._log_dir)
            self._runs = True

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        """Stops after the last."""
        self._step += 1
        if self._step == _LAST:
            self._stop()

    def on_train_end(self, logs: dict | None = None) -> None:
        """Stops if the training ends between them."""
        self._stop()

    def _stop(self) -> None:
        if self._runs:
            tf.profiler.experimental.stop()
            self._runs = False
