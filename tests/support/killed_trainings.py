"""Trainings of a search, of which one takes its process down; for processes that unpickle them."""

import os
import signal
from unittest import mock

from tfx_pipeline.tuning import trial_trainings
from tfx_pipeline.tuning.median_rule import EpochScores
from tfx_pipeline.tuning.one_trial import TrialEnd, TrialRun
from tfx_pipeline.tuning.trial_trainings import TrialTrainings


class KilledOnce(TrialTrainings):
    """The first process that makes the trial 2 is killed after its first epoch."""

    def train(self, run: TrialRun) -> TrialEnd:
        mark = run.folder / "killed"
        if run.number != 2 or mark.exists():
            return super().train(run)
        mark.touch()
        with mock.patch.object(trial_trainings, "EpochScores", _Killing):
            return super().train(run)


class _Killing(EpochScores):
    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        os.kill(os.getpid(), signal.SIGKILL)
