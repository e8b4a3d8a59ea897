"""A search: trainings with values that an oracle chooses, one or more at a time, picked up where it was interrupted."""

import contextlib
import heapq
import io
import itertools
import logging
import math
import os
import shutil
import statistics
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import keras_tuner
from keras_tuner.engine import base_tuner
from keras_tuner.engine import trial as trial_module

from schemas.rank_metrics import metric_named
from tfx_pipeline.experiments.rounds import seconds_left
from tfx_pipeline.tuning import one_trial, trial_processes
from tfx_pipeline.tuning.one_trial import SearchError, TrialRun
from tfx_pipeline.tuning.oracles import planned_trials
from tfx_pipeline.tuning.trial_processes import Train, TrialProcesses
from tfx_pipeline.tuning.trial_results import OBJECTIVE, TrialResult, best_of
from tfx_pipeline.tuning.trial_trainings import STATE
from tfx_pipeline.tuning.tuned_values import values_of

_LABEL: Final = metric_named(OBJECTIVE).label
_EPOCHS, _GOES_ON_FROM = "tuner/epochs", "tuner/trial_id"
"""What Hyperband adds to the values of a trial: how many epochs, and of which trial they are a continuation."""
_LOG = logging.getLogger(__name__)


class TrialTuner(base_tuner.BaseTuner):
    """Runs the trials of an oracle, and keeps what came of each beside KerasTuner's own files.

    A search that was interrupted takes up its finished trials, and goes on with those that were not.

    Args:
        oracle: Chooses values, and keeps what is known.
        train: Makes one training.
        folder: Where the search lives.
        epochs: The most epochs of a trial, unless the oracle says how many.
        prune: Whether hopeless trials are stopped.
        begins_as_configured: Whether the first trial has the values of the configuration as it is.
        at_a_time: How many trials are made at a time. One is made in this process, several in processes of their own.

    Raises:
        SearchError: The environment asks for KerasTuner's parallel search.
    """

    def __init__(
        self,
        oracle: keras_tuner.Oracle,
        train: Train,
        folder: Path,
        epochs: int,
        prune: bool,
        begins_as_configured: bool,
        at_a_time: int = 1,
    ):
        if "KERASTUNER_ORACLE_IP" in os.environ:
            raise SearchError(
                "KERASTUNER_ORACLE_IP is set, which asks for KerasTuner's own parallel search. Unset it, with "
                "KERASTUNER_ORACLE_PORT and KERASTUNER_TUNER_ID, and set tune.parallel_trials."
            )
        self._train, self._epochs, self._prune = train, epochs, prune
        self._begins_as_configured, self._at_a_time = begins_as_configured, at_a_time
        self._begun: dict[str, float] = {}
        oracle.verbose = 0
        with contextlib.redirect_stdout(io.StringIO()):  # It says that it reloads. Output is for results.
            try:
                super().__init__(oracle, directory=str(folder.parent), project_name=folder.name)
            except ValueError as error:  # A file that is half written.
                raise SearchError(
                    f"what an earlier search has left in {folder} cannot be read ({error}). Remove that folder, and "
                    "the search begins anew."
                ) from error
        # In the order of their numbers. One that a process was killed with before the oracle knew of it is not there.
        self.oracle.trials = {each: self.oracle.trials[each] for each in self.oracle.start_order}

    def search(self, *fit_args: Any, **fit_kwargs: Any) -> None:
        """Runs all trials.

        Raises:
            SearchError: All trials failed.
        """
        if self._at_a_time == 1:
            super().search(*fit_args, **fit_kwargs)
            return
        self.on_search_begin()
        with TrialProcesses(self._train, self._at_a_time, Path(self.project_dir)) as processes:
            self._search_in(processes)
        self.on_search_end()

    def run_trial(self, trial: trial_module.Trial) -> dict[str, float]:
        """Makes a trial, if that was not done. A score that is no number tells KerasTuner that it failed."""
        folder = self._folder(trial)
        if not one_trial.result_of(folder):
            one_trial.make(self._begin(trial), self._train)
        result = one_trial.result_of(folder)
        assert result is not None, "it was just kept"
        return {OBJECTIVE: math.nan if result.score is None else result.score}

    def on_trial_end(self, trial: trial_module.Trial) -> None:
        """Keeps the end of a trial, and says what came of it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of a score that is no number.
            super().on_trial_end(trial)
        self._begun.pop(trial.trial_id, None)
        results = self.results()
        number, best = self._number(trial.trial_id), best_of(results)
        (own,) = (each for each in results if each.number == number)
        words = f"failed: {own.error.splitlines()[0]}" if own.score is None else f"{_LABEL} {own.score:.4f}"
        told = f", best {best.score:.4f} (trial {best.number})" if best else ""
        _LOG.info("Trial %d of %d: %s%s%s", number, self.planned, words, told, self._time_left(results))

    def on_search_begin(self) -> None:
        """Says what is known from before an interruption."""
        if done := len(self.results()):
            _LOG.info("Going on with a search: %d of %d trials have ended", done, self.planned)
        if self._at_a_time > 1:
            said = Path(self.project_dir, trial_processes.SAID.format("*"))
            _LOG.info("%d trials at a time, each in a process of its own. What they say: %s", self._at_a_time, said)

    def on_search_end(self) -> None:
        """Says if the space had no more values, and removes what was kept for trainings that go on.

        Raises:
            SearchError: All trials failed.
        """
        results = self.results()
        shutil.rmtree(Path(self.project_dir, STATE), ignore_errors=True)
        if self.oracle.max_trials and len(results) < self.oracle.max_trials:
            _LOG.info("All values of the space were tried, in %d trials", len(results))
        if not best_of(results):
            # What was wrong may be mended: the next search begins anew. An error may name what a process said.
            for each in Path(self.project_dir).iterdir():
                if each.is_dir():
                    shutil.rmtree(each)
                elif not each.match(trial_processes.SAID.format("*")):
                    each.unlink()
            error = results[-1].error if results else "there was none"
            raise SearchError(f"all {len(results)} trials failed, the last one so: {error}")

    def results(self) -> list[TrialResult]:
        """What came of the trials that have ended, in their order."""
        found = (one_trial.result_of(Path(self.get_trial_dir(each))) for each in self.oracle.end_order)
        return sorted((each for each in found if each), key=lambda each: each.number)

    def search_space_summary(self, extended: bool = False) -> None:
        """Prints nothing: TFX calls it, and output is for results."""

    def results_summary(self, num_trials: int = 10) -> None:
        """Prints nothing."""

    @property
    def planned(self) -> int:
        """How many trials there will be."""
        return max(planned_trials(self.oracle), len(self.oracle.end_order))

    def _search_in(self, processes: TrialProcesses) -> None:
        open_ones: dict[int, trial_module.Trial] = {}
        names = map("tuner{}".format, itertools.count())  # KerasTuner wants to know who asks for a trial.
        has_more = True
        while has_more or open_ones:
            while has_more and processes.has_room:
                trial = self.oracle.create_trial(next(names))
                if trial.status == trial_module.TrialStatus.IDLE:
                    break  # What comes next depends on a trial that is being made.
                has_more = trial.status != trial_module.TrialStatus.STOPPED
                if has_more and one_trial.result_of(self._folder(trial)):  # It was interrupted after its end.
                    self._end(trial)
                elif has_more:
                    run = self._begin(trial)
                    open_ones[run.number] = trial
                    processes.begin(run)
            if open_ones:
                number = processes.next_end()
                self._at_a_time = processes.at_a_time
                self._end(open_ones.pop(number))

    def _begin(self, trial: trial_module.Trial) -> TrialRun:
        """What is to be made of a trial, which begins now and is told."""
        parameters = trial.hyperparameters.get_config()
        epochs = int(parameters["values"].get(_EPOCHS, 0)) or self._epochs
        number, goes_on_from = self._number(trial.trial_id), self._goes_on_from(trial)
        began_as = trial
        while self._goes_on_from(began_as):
            began_as = self.oracle.trials[began_as.hyperparameters.values[_GOES_ON_FROM]]
        run = TrialRun(
            number,
            f"trial {number} of {self.planned}",
            values_of(parameters),
            epochs,
            self._folder(trial),
            as_configured=self._begins_as_configured and number == 1,
            goes_on_from=goes_on_from,
            began_as=self._number(began_as.trial_id),
            prune=self._prune,
        )
        self._begun[trial.trial_id] = time.monotonic()
        tried = ", ".join(f"{name} {shown(value)}" for name, value in run.values.items())
        _LOG.info("%s: %s", run.of.capitalize(), tried)
        return run

    def _end(self, trial: trial_module.Trial) -> None:
        """Takes up what came of a trial that was made, as KerasTuner takes up one that it makes itself."""
        self._try_run_and_update_trial(trial)
        self.on_trial_end(trial)

    def _time_left(self, results: Sequence[TrialResult]) -> str:
        """How long the trials that have not ended will take, each as long as the mean of those that have."""
        left = self.planned - len(results)
        if not left:
            return ""
        now, mean = time.monotonic(), statistics.mean(each.seconds for each in results)
        return seconds_left(rest(mean, [now - each for each in self._begun.values()], left, self._at_a_time))

    def _goes_on_from(self, trial: trial_module.Trial) -> int:
        return self._number(str(trial.hyperparameters.values.get(_GOES_ON_FROM, "")))

    def _number(self, trial_id: str) -> int:
        return self.oracle.start_order.index(trial_id) + 1 if trial_id else 0

    def _folder(self, trial: trial_module.Trial) -> Path:
        return Path(self.get_trial_dir(trial.trial_id))


def rest(takes: float, running: Sequence[float], left: int, at_a_time: int) -> float:
    """How long the trials that are left will take.

    Args:
        takes: How long one takes.
        running: For how long each of those that are being made has run.
        left: How many have not ended, with these.
        at_a_time: How many are made at a time.
    """
    ends = [max(takes - each, 0.0) for each in running]
    ends += [0.0] * (at_a_time - len(ends))
    heapq.heapify(ends)
    for _ in range(left - len(running)):
        heapq.heappush(ends, heapq.heappop(ends) + takes)
    return max(ends)


def shown(value: Any) -> str:
    """A value as a person reads it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
