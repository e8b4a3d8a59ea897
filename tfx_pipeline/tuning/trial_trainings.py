"""The trainings of a search: those of `tandem run` up to the export, each with other values of some fields."""

import dataclasses
import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import keras

from tfx_pipeline.training import training_job
from tfx_pipeline.training.event_logs import run_links
from tfx_pipeline.training.training_job import TrainingJob
from tfx_pipeline.tuning import one_trial
from tfx_pipeline.tuning.median_rule import EpochScores, read_scores
from tfx_pipeline.tuning.one_trial import SCORE, TrialEnd, TrialRun
from tfx_pipeline.tuning.tuned_values import with_values

STATE: Final = "state"
"""In a search's folder: what its trainings need to go on, as long as it lasts."""
_EPOCHS: Final = "epochs.json"


class TrialTrainings:
    """Makes the trainings of a search. It can be pickled, for other processes.

    Args:
        settings: Of the training without a search, as `training_job.custom_config` makes them.
        files: The arguments of `TrainingJob` that TFX hands over: the files that a trial reads.
        folder: That of the search.
        trainer: The id of the component that trains with the best values.
        name: What TensorBoard calls the search.
        goes_on: Whether a training may be continued by a later trial.
    """

    def __init__(
        self,
        settings: Mapping[str, Any],
        files: Mapping[str, Any],
        folder: Path,
        trainer: str,
        name: str,
        goes_on: bool,
    ):
        self._settings, self._files, self._folder = settings, files, folder
        self._logs = folder / trainer / "model_run"  # As TFX lays out the logs of a component.
        self._name, self._goes_on = name, goes_on
        self._place = run_links.place()

    def train(self, run: TrialRun) -> TrialEnd:
        """Makes one training."""
        try:
            return self._trained(run)
        finally:
            keras.utils.clear_session()  # Lets go of the model, before the next one needs the memory.

    def _trained(self, run: TrialRun) -> TrialEnd:
        job = self.job(with_values(self._settings, run.values), run.number, run.began_as)
        # With Hyperband, a training that goes on is known by its settings, so these are the same in each round.
        every = 1 if self._goes_on else min(job.train.validate_every, run.epochs)
        job = dataclasses.replace(job, train=dataclasses.replace(job.train, epochs=run.epochs, validate_every=every))
        scores = epoch_scores(run)
        with run_links.shown_at(self._place), run_links.shown_as_part_of(self._name, f"trial {run.number:02d}"):
            trained = training_job.train(job, [scores], run.of)
        told = json.loads((Path(job.log_dir) / training_job.VALIDATION_FILE).read_text(encoding="utf-8"))
        if not self._goes_on:
            shutil.rmtree(job.checkpoint_dir, ignore_errors=True)
        return TrialEnd(trained.best_logs, told[training_job.EPOCHS], scores.stopped_at)

    def job(self, settings: Mapping[str, Any], number: int, began_as: int) -> TrainingJob:
        """The job of a training.

        Args:
            settings: Of the training.
            number: That of the trial, which has logs of its own.
            began_as: The number of the trial that began the training. Two trials of the same values, such as `auto` and
                what that stands for, may be made at the same time, so each has a folder of its own for its state.
        """
        job = TrainingJob(
            model_dir="",  # Nothing is exported.
            log_dir=str(self._logs / str(number)),
            **self._files,
            **training_job.from_custom_config(settings),
        )
        return dataclasses.replace(job, checkpoint_dir=str(self._folder / STATE / str(began_as)))


def epoch_scores(run: TrialRun) -> EpochScores:
    """What keeps the scores of a trial's epochs in its folder and, if asked to, stops it once it is hopeless."""

    def others() -> list[dict[int, float]]:
        return [read_scores(each / _EPOCHS) for each in one_trial.others_that_ended(run.folder)]

    return EpochScores(run.folder / _EPOCHS, SCORE, others if run.prune else None)
