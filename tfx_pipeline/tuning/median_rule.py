"""Stops a trial that is worse than most others were at the same epoch."""

import json
import logging
import statistics
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import keras

LEAST_TRIALS: Final = 4
"""So many others have to have ended before one is stopped."""
FIRST_EPOCH: Final = 3
"""From this one on, counted from 1."""
_LOG = logging.getLogger(__name__)


def is_hopeless(own: Mapping[int, float], others: Sequence[Mapping[int, float]], epoch: int) -> bool:
    """Whether the best value so far is below the median of what the others had best by that epoch.

    It is the median stopping rule of Vizier (Golovin et al., 2017), with best values in place of running averages.

    Args:
        own: The values of a trial by epoch, from 1; larger is better.
        others: The same of those that have ended. One that ended sooner counts with its best.
        epoch: The epoch.
    """
    bests = [max(values) for each in others if (values := [value for at, value in each.items() if at <= epoch])]
    if epoch < FIRST_EPOCH or len(bests) < LEAST_TRIALS:
        return False
    return max(value for at, value in own.items() if at <= epoch) < statistics.median(bests)


class EpochScores(keras.callbacks.Callback):
    """Keeps the values of a trial's epochs in a file, and stops the trial if it is hopeless.

    Attributes:
        stopped_at: The epoch after which it was stopped; 0 if it was not.

    Args:
        path: The file. What an interrupted training has written there is taken up.
        monitor: The value's name in the logs.
        others: Returns the values of the trials that have ended by now, by epoch. It is asked at each epoch, since
            other processes may end some meanwhile. None never stops.
    """

    def __init__(self, path: Path, monitor: str, others: Callable[[], Sequence[Mapping[int, float]]] | None):
        super().__init__()
        self._path, self._monitor, self._others = path, monitor, others
        self.stopped_at = 0

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        """Keeps the value, and looks at it."""
        if self._monitor not in (logs or {}):
            return  # An epoch that is not validated.
        values = {**read_scores(self._path), epoch + 1: float((logs or {})[self._monitor])}
        partial = self._path.with_suffix(".partial")  # The process may be killed at any moment.
        partial.write_text(json.dumps(values), encoding="utf-8")
        partial.replace(self._path)
        if self._others is not None and is_hopeless(values, self._others(), epoch + 1):
            self.stopped_at = epoch + 1
            self.model.stop_training = True
            _LOG.info("Stopped after epoch %d: its best is below the median of the other trials", epoch + 1)


def read_scores(path: Path) -> dict[int, float]:
    """What was kept in a file; nothing if there is none."""
    if not path.exists():
        return {}
    return {int(epoch): value for epoch, value in json.loads(path.read_text(encoding="utf-8")).items()}
