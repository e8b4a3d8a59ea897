"""A search: one training after the other, with values that an oracle chooses, picked up where it was interrupted."""

import contextlib
import dataclasses
import io
import json
import logging
import math
import os
import shutil
import statistics
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import keras
import keras_tuner
from keras_tuner.engine import base_tuner
from keras_tuner.engine import trial as trial_module

from schemas.rank_metrics import metric_named
from tfx_pipeline.cli.console import interruption
from tfx_pipeline.experiments.rounds import time_left
from tfx_pipeline.runners import failures
from tfx_pipeline.runners.watched_runner import ComponentFailed
from tfx_pipeline.tuning.median_rule import EpochScores, read_scores
from tfx_pipeline.tuning.oracles import OBJECTIVE, planned_trials
from tfx_pipeline.tuning.trial_results import TrialResult, best_of
from tfx_pipeline.tuning.tuned_values import values_of

SCORE: Final = f"val_{OBJECTIVE}"
STATE: Final = "state"
"""In a search's folder: what its trainings need to go on, as long as it lasts."""
_RESULT: Final = "result.json"
_LABEL: Final = metric_named(OBJECTIVE).label
_EPOCHS, _GOES_ON_FROM = "tuner/epochs", "tuner/trial_id"
"""What Hyperband adds to the values of a trial: how many epochs, and of which trial they are a continuation."""
_CRASHES: Final = 2
"""A trial that has taken its process down so often is given up."""
_LOG = logging.getLogger(__name__)


class SearchError(Exception):
    """A search came to nothing. The message says why and what mends it."""


@dataclasses.dataclass(frozen=True)
class TrialRun:
    """One training of a search, for whoever makes it.

    Attributes:
        number: The number of the trial, from 1.
        of: The same in words: `trial 3 of 20`.
        values: The values that it tries, by field.
        epochs: The most epochs; 0 leaves what is set.
        callbacks: What hears of its epochs.
    """

    number: int
    of: str
    values: Mapping[str, Any]
    epochs: int
    callbacks: list[keras.callbacks.Callback]


@dataclasses.dataclass(frozen=True)
class TrialEnd:
    """What a training made.

    Attributes:
        logs: What validation measured of its best epoch, by names that begin with `val_`, and its number as `epoch`.
        epochs: The number of the last epoch.
    """

    logs: Mapping[str, float]
    epochs: int


class TrialTuner(base_tuner.BaseTuner):
    """Runs the trials of an oracle, and keeps what came of each beside KerasTuner's own files.

    A search that was interrupted takes up its finished trials, and goes on with the one that was not.

    Args:
        oracle: Chooses values, and keeps what is known.
        train: Makes one training.
        folder: Where the search lives.
        prune: Whether hopeless trials are stopped.
        begins_as_configured: Whether the first trial has the values of the configuration as it is.

    Raises:
        SearchError: The environment asks for KerasTuner's parallel search.
    """

    def __init__(
        self,
        oracle: keras_tuner.Oracle,
        train: Callable[[TrialRun], TrialEnd],
        folder: Path,
        prune: bool,
        begins_as_configured: bool,
    ):
        if "KERASTUNER_ORACLE_IP" in os.environ:
            raise SearchError(
                "KERASTUNER_ORACLE_IP is set, which asks for KerasTuner's parallel search. Trials run one after the "
                "other here: unset it, with KERASTUNER_ORACLE_PORT and KERASTUNER_TUNER_ID."
            )
        self._train, self._prune, self._begins_as_configured = train, prune, begins_as_configured
        oracle.verbose = 0
        with contextlib.redirect_stdout(io.StringIO()):  # It says that it reloads. Output is for results.
            try:
                super().__init__(oracle, directory=str(folder.parent), project_name=folder.name)
            except ValueError as error:  # A file that is half written.
                raise SearchError(
                    f"what an earlier search has left in {folder} cannot be read ({error}). Remove that folder, and "
                    "the search begins anew."
                ) from error

    def run_trial(self, trial: trial_module.Trial) -> dict[str, float]:
        """Makes the training of a trial. A score that is no number tells KerasTuner that it failed."""
        folder = Path(self.get_trial_dir(trial.trial_id))
        known = _read(folder)
        if known and known.score is not None:  # It was interrupted after its end.
            return {OBJECTIVE: known.score}
        run, begun = self._run_of(trial, folder), time.monotonic()
        result = TrialResult(
            run.number,
            run.values,
            as_configured=self._begins_as_configured and run.number == 1,
            goes_on_from=self._number(str(trial.hyperparameters.values.get(_GOES_ON_FROM, ""))),
        )
        tried = ", ".join(f"{name} {shown(value)}" for name, value in run.values.items())
        _LOG.info("%s: %s", run.of.capitalize(), tried)
        try:
            with _Crashes(folder):
                end = self._train(run)
        except Exception as error:
            if interruption.is_one(error):
                raise KeyboardInterrupt from error
            failed = ComponentFailed("Trainer", error)
            failed.__cause__ = error
            text = failures.failure_of(failed, str(folder)).text
            self._keep(folder, dataclasses.replace(result, seconds=time.monotonic() - begun, error=text))
            whole = "".join(traceback.format_exception(type(error), error, error.__traceback__))
            (folder / "failure.txt").write_text(whole, encoding="utf-8")
            # What KerasTuner takes for a failure. Of an error it would print the traceback.
            return {OBJECTIVE: math.nan}
        finally:
            self._free()
        metrics = {name.removeprefix("val_"): value for name, value in end.logs.items() if name.startswith("val_")}
        stops = [each.stopped_at for each in run.callbacks if isinstance(each, EpochScores)]
        self._keep(
            folder,
            dataclasses.replace(
                result,
                score=end.logs[SCORE],
                metrics=metrics,
                epoch=int(end.logs["epoch"]),
                epochs=end.epochs,
                stopped_at=max(stops, default=0),
                seconds=time.monotonic() - begun,
            ),
        )
        return {OBJECTIVE: end.logs[SCORE]}

    def on_trial_end(self, trial: trial_module.Trial) -> None:
        """Keeps the end of a trial, and says what came of it."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # NumPy's, of a score that is no number.
            super().on_trial_end(trial)
        results = self.results()
        number, best = self._number(trial.trial_id), best_of(results)
        (own,) = (each for each in results if each.number == number)
        left = self.planned - len(results)
        took = {"": statistics.mean(each.seconds for each in results)}
        words = f"failed: {own.error.splitlines()[0]}" if own.score is None else f"{_LABEL} {own.score:.4f}"
        told = f", best {best.score:.4f} (trial {best.number})" if best else ""
        _LOG.info(
            "Trial %d of %d: %s%s%s",
            number,
            self.planned,
            words,
            told,
            time_left([""] * left, took, False) if left else "",
        )

    def on_search_begin(self) -> None:
        """Says what is known from before an interruption."""
        if done := len(self.results()):
            _LOG.info("Going on with a search: %d of %d trials have ended", done, self.planned)

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
            shutil.rmtree(self.project_dir)  # What was wrong may be mended: the next search begins anew.
            error = results[-1].error if results else "there was none"
            raise SearchError(f"all {len(results)} trials failed, the last one so: {error}")

    def results(self) -> list[TrialResult]:
        """What came of the trials that have ended, in their order."""
        found = (_read(Path(self.get_trial_dir(each))) for each in self.oracle.end_order)
        return sorted((each for each in found if each), key=lambda each: each.number)

    def search_space_summary(self, extended: bool = False) -> None:
        """Prints nothing: TFX calls it, and output is for results."""

    def results_summary(self, num_trials: int = 10) -> None:
        """Prints nothing."""

    @property
    def planned(self) -> int:
        """How many trials there will be."""
        return max(planned_trials(self.oracle), len(self.oracle.end_order))

    def _run_of(self, trial: trial_module.Trial, folder: Path) -> TrialRun:
        parameters = trial.hyperparameters.get_config()
        others = [
            read_scores(Path(self.get_trial_dir(each)) / "epochs.json")
            for each in self.oracle.end_order
            if each != trial.trial_id
        ]
        scores = EpochScores(folder / "epochs.json", SCORE, others if self._prune else None)
        epochs = int(parameters["values"].get(_EPOCHS, 0))
        number = self._number(trial.trial_id)
        return TrialRun(number, f"trial {number} of {self.planned}", values_of(parameters), epochs, [scores])

    def _number(self, trial_id: str) -> int:
        return self.oracle.start_order.index(trial_id) + 1 if trial_id else 0

    def _keep(self, folder: Path, result: TrialResult) -> None:
        (folder / _RESULT).write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")

    @staticmethod
    def _free() -> None:
        """Lets go of a model, before the next one needs the memory."""
        keras.utils.clear_session()


def _read(folder: Path) -> TrialResult | None:
    """What came of a trial, from its folder; None if it has not ended."""
    file = folder / _RESULT
    return TrialResult(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


class _Crashes:
    """Counts how often a trial has taken its process down, as memory that runs out does; an interruption is none."""

    def __init__(self, folder: Path):
        self._file = folder / "begun"

    def __enter__(self) -> None:
        begun = len(self._file.read_text()) if self._file.exists() else 0
        if begun >= _CRASHES:
            raise SearchError(f"it took its process down {_CRASHES} times, as memory that runs out does")
        self._file.write_text("x" * (begun + 1))

    def __exit__(self, *_: object) -> None:
        self._file.unlink()


def shown(value: Any) -> str:
    """A value as a person reads it."""
    return f"{value:g}" if isinstance(value, float) else str(value)
