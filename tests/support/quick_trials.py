"""Trainings of a search that take no time, for processes that import no TensorFlow."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from components.progress import Progress
from tfx_pipeline.tuning import one_trial
from tfx_pipeline.tuning.one_trial import SCORE, Crashes, TrialEnd, TrialRun

PATIENCE_S = 60


def end_of(run: TrialRun) -> TrialEnd:
    """A hundredth of the value is the score. What trained it is noted: process and threads."""
    with (run.folder / "trained_by").open("a") as file:
        file.write(f"{os.getpid()} {os.environ.get('TF_NUM_INTRAOP_THREADS')}\n")
    return TrialEnd({SCORE: run.values["x"] / 100, "epoch": 1}, run.epochs)


def beside_another(run: TrialRun) -> TrialEnd:
    """Ends once another trial is being made, too: the pairs are 1 and 2, 3 and 4."""
    (run.folder.parent / f"met_{run.number}").touch()
    partner = run.number + 1 if run.number % 2 else run.number - 1
    wait_for((run.folder.parent / f"met_{partner}").exists)
    return end_of(run)


def killed_once(run: TrialRun) -> TrialEnd:
    """The first process that makes the trial 1 is killed."""
    if run.number == 1 and not (run.folder / "killed").exists():
        (run.folder / "killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return end_of(run)


def killed(run: TrialRun) -> TrialEnd:
    """Each process that makes the trial 1 is killed."""
    if run.number == 1:
        with (run.folder / "killed").open("a") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return end_of(run)


def ending(run: TrialRun) -> TrialEnd:
    """Each process that makes the trial 1 ends of itself, in order."""
    if run.number == 1:
        raise SystemExit(5)
    return end_of(run)


def killed_behind_its_end(run: TrialRun) -> TrialEnd:
    """What came of the trial 1 is kept, but its process is killed before it can say so."""
    if run.number == 1:
        one_trial.make(run, end_of)
        os.kill(os.getpid(), signal.SIGKILL)
    return end_of(run)


def for_ever_from_the_third(run: TrialRun) -> TrialEnd:
    """The trials from the third on do not end, unless there is a file `go_on` in the folder of the search."""
    (run.folder / "is_training").write_text(str(os.getpid()))
    wait_for(lambda: run.number < 3 or (run.folder.parent / "go_on").exists(), 3600)
    return end_of(run)


def for_ever_until_ended_from_outside(run: TrialRun) -> TrialEnd:
    """Does not end either, and its process cannot take back that the trial has begun."""
    Crashes.forget = lambda self: None  # type: ignore[method-assign]
    return for_ever_from_the_third(run)


def with_progress(run: TrialRun) -> TrialEnd:
    """Tells of ten steps, and prints."""
    print("a word on standard output", flush=True)
    for _ in range(10):
        Progress(f"steps of {run.of}", 10).advance()
        time.sleep(0.1)
    time.sleep(0.6)
    Progress(f"steps of {run.of}", 10).advance()
    return end_of(run)


def failing(run: TrialRun) -> TrialEnd:
    """The trial 1 fails."""
    if run.number == 1:
        raise ValueError("no such thing")
    return end_of(run)


def hopeless_first(run: TrialRun) -> TrialEnd:
    """The trial 1 is bad, and trains until four others have ended and one epoch more; imports Keras.

    The others begin once it has had three epochs, however late its process was.
    """
    from types import SimpleNamespace

    from tfx_pipeline.tuning.median_rule import read_scores
    from tfx_pipeline.tuning.trial_trainings import epoch_scores

    scores = epoch_scores(run)
    scores.set_model(SimpleNamespace(stop_training=False))
    value = 0.1 if run.number == 1 else 0.5
    if run.number != 1:
        wait_for(lambda: any(len(read_scores(each / "epochs.json")) >= 3 for each in run.folder.parent.glob("trial_*")))
    for epoch in range(4):
        if run.number == 1 and epoch == 3:
            wait_for(lambda: sum(each.exists() for each in results_beside(run)) >= 4)
        scores.on_epoch_end(epoch, {SCORE: value})
        if scores.model.stop_training:
            break
    return TrialEnd({SCORE: value, "epoch": 1}, epoch + 1, scores.stopped_at)


def results_beside(run: TrialRun) -> list[Path]:
    return [each / "result.json" for each in run.folder.parent.glob("trial_*") if each != run.folder]


class Unreadable:
    """A training that ends the process that unpickles it, as often as there are files in a folder."""

    def __init__(self, times: Path):
        self.times = times

    def __reduce__(self) -> tuple:
        return _read, (self.times,)


def _read(times: Path) -> Callable[[TrialRun], TrialEnd]:
    for each in times.glob("*"):
        with contextlib.suppress(FileNotFoundError):  # Another process was faster.
            each.unlink()
            print("it cannot be read", flush=True)
            os._exit(3)
    return end_of


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
    """Waits until something is so.

    Raises:
        TimeoutError: It takes too long.
    """
    until = time.monotonic() + seconds
    while not what():
        if time.monotonic() > until:
            raise TimeoutError(f"it was not so after {seconds} s")
        time.sleep(0.02)


def is_gone(process: int) -> bool:
    """Whether a process has ended, be it that nobody has asked how."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True
