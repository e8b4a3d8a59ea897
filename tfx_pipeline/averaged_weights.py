"""Weights averaged over the steps of a training: validated and exported, while training goes on with its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras


class AveragedWeights(keras.callbacks.SwapEMAWeights):
    """Validates with the exponential moving average that an optimizer with `use_ema` keeps.

    Between the epochs the model has the weights that training goes on with, so that a backup holds those; what is to
    see the average says so by `in_model`.
    """

    @contextmanager
    def in_model(self) -> Iterator[None]:
        """A context in which the model has the averaged weights."""
        self._swap_variables()
        try:
            yield
        finally:
            self._swap_variables()
