"""One trial of a search: its training, and in its folder what came of it. Imports nothing heavy."""

import dataclasses
import json
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tfx_pipeline.console import interruption
from tfx_pipeline.runners import failures
from tfx_pipeline.tuning.trial_results import OBJECTIVE, TrialResult

SCORE: Final = f"val_{OBJECTIVE}"
MOST_CRASHES: Final = 2
"""A trial that has taken its process down so often is given up."""
_RESULT: Final = "result.json"
_FOLDERS: Final = "trial_*"
"""Of KerasTuner, which makes one for each trial in the folder of the search."""


class SearchError(Exception):
    """A search, or a trial, came to nothing. The message says why and what mends it."""


@dataclasses.dataclass(frozen=True)
class TrialRun:
    """One training of a search, for whoever makes it, which may be another process.

    Attributes:
        number: The number of the trial, from 1.
        of: The same in words: `trial 3 of 20`.
        values: The values that it tries, by field.
        epochs: The most epochs.
        folder: Where what comes of it is kept.
        as_configured: Whether its values are those of the configuration as it is.
        goes_on_from: The number of the trial whose training it continues; 0 if it begins anew.
        began_as: The number of the trial that began this training; its own if it begins anew.
        prune: Whether it is stopped once it is hopeless.
    """

    number: int
    of: str
    values: Mapping[str, Any]
    epochs: int
    folder: Path
    as_configured: bool = False
    goes_on_from: int = 0
    began_as: int = 0
    prune: bool = False


@dataclasses.dataclass(frozen=True)
class TrialEnd:
    """What a training made.

    Attributes:
        logs: What validation measured of its best epoch, by names that begin with `val_`, and its number as `epoch`.
        epochs: The number of the last epoch.
        stopped_at: The epoch after which it was stopped as hopeless; 0 if it was not.
    """

    logs: Mapping[str, float]
    epochs: int
    stopped_at: int = 0


def make(run: TrialRun, train: Callable[[TrialRun], TrialEnd]) -> None:
    """Makes the training of a trial and keeps what came of it, be it an error.

    Raises:
        KeyboardInterrupt: The user wants the search to end. Nothing is kept.
    """
    begun = time.monotonic()
    try:
        with Crashes(run.folder):
            end = train(run)
    except Exception as error:
        if interruption.is_one(error):
            raise KeyboardInterrupt from error
        whole = "".join(traceback.format_exception(type(error), error, error.__traceback__))
        (run.folder / "failure.txt").write_text(whole, encoding="utf-8")
        text = failures.failure_of(error, str(run.folder), component="Trainer").text
        keep_failure(run, text, time.monotonic() - begun)
        return
    _keep(
        run.folder,
        dataclasses.replace(
            _of(run),
            score=end.logs[SCORE],
            metrics={name.removeprefix("val_"): value for name, value in end.logs.items() if name.startswith("val_")},
            epoch=int(end.logs["epoch"]),
            epochs=end.epochs,
            stopped_at=end.stopped_at,
            seconds=time.monotonic() - begun,
        ),
    )


def keep_failure(run: TrialRun, error: str, seconds: float) -> None:
    """Keeps that a trial failed.

    Args:
        run: The trial.
        error: Why.
        seconds: How long it took until then.
    """
    _keep(run.folder, dataclasses.replace(_of(run), error=error, seconds=seconds))


def _of(run: TrialRun) -> TrialResult:
    return TrialResult(run.number, run.values, as_configured=run.as_configured, goes_on_from=run.goes_on_from)


def _keep(folder: Path, result: TrialResult) -> None:
    """Keeps what came of a trial in its folder, all at once: a process may be killed at any moment."""
    partial = folder / f"{_RESULT}.partial"
    partial.write_text(json.dumps(dataclasses.asdict(result), indent=2) + "\n", encoding="utf-8")
    partial.replace(folder / _RESULT)


def result_of(folder: Path) -> TrialResult | None:
    """What came of a trial, from its folder; None if it has not ended."""
    file = folder / _RESULT
    return TrialResult(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def others_that_ended(folder: Path) -> list[Path]:
    """The folders of the other trials of a search that have ended by now, in whichever process.

    Args:
        folder: That of a trial.
    """
    return [each for each in folder.parent.glob(_FOLDERS) if each != folder and (each / _RESULT).exists()]


class Crashes:
    """Counts how often a trial has taken its process down, as memory that runs out does; an interruption is none.

    As a context it counts one that has not come to its end, whichever end that is.

    Args:
        folder: That of the trial.
    """

    def __init__(self, folder: Path):
        self._file = folder / "begun"

    @property
    def count(self) -> int:
        """How often."""
        return len(self._file.read_text()) if self._file.exists() else 0

    def __enter__(self) -> None:
        """Counts one.

        Raises:
            SearchError: There were too many.
        """
        if self.count >= MOST_CRASHES:
            raise SearchError(f"it took its process down {MOST_CRASHES} times, as memory that runs out does")
        self._file.write_text("x" * (self.count + 1))

    def __exit__(self, *_: object) -> None:
        """Forgets them: the trial has come to an end."""
        self.forget()

    def forget(self) -> None:
        """Forgets what was counted."""
        self._file.unlink(missing_ok=True)
