"""Real processes, whose trainings take no time and import no TensorFlow; `search_job_test.py` trains in some."""

import logging
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections import Counter

import pytest

from components.progress import heard_by
from tests.support import quick_trials
from tests.support.quick_trials import is_gone, wait_for
from tfx_pipeline.tuning import trial_processes
from tfx_pipeline.tuning.one_trial import Crashes, SearchError, TrialRun, result_of
from tfx_pipeline.tuning.trial_processes import TrialProcesses


@pytest.fixture
def runs(tmp_path):
    """Makes the trials of a search in a folder with a space."""

    def make(count):
        folders = [tmp_path / "a search" / f"trial_{number}" for number in range(1, count + 1)]
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        return [
            TrialRun(number, f"trial {number} of {count}", {"x": number * 10}, 3, folder)
            for number, folder in enumerate(folders, start=1)
        ]

    return make


def made(train, runs, at_a_time=2):
    """Makes trials, and returns the order in which they ended."""
    waiting, ends = list(runs), []
    with TrialProcesses(train, at_a_time, runs[0].folder.parent) as processes:
        while waiting or processes.running:
            while waiting and processes.has_room:
                processes.begin(waiting.pop(0))
            ends.append(processes.next_end())
    return ends


def test_two_are_made_at_a_time_each_in_a_process_that_makes_further_ones(runs):
    trials = runs(4)
    assert sorted(made(quick_trials.beside_another, trials)) == [1, 2, 3, 4]
    assert [result_of(each.folder).score for each in trials] == [0.1, 0.2, 0.3, 0.4]
    by = [(each.folder / "trained_by").read_text().split() for each in trials]
    processes = {process for process, _ in by}
    assert len(processes) == 2 and str(os.getpid()) not in processes
    # Two halves of the cores.
    assert {threads for _, threads in by} == {str(max(len(os.sched_getaffinity(0)) // 2, 1))}
    assert all(is_gone(int(process)) for process in processes)


def test_a_trial_whose_process_is_killed_is_tried_once_more(runs, caplog):
    trials = runs(3)
    with caplog.at_level(logging.INFO):
        assert sorted(made(quick_trials.killed_once, trials)) == [1, 2, 3]
    assert [result_of(each.folder).score for each in trials] == [0.1, 0.2, 0.3]
    assert caplog.messages == ["Trial 1 of 3: its process was ended by SIGKILL. It is tried once more"]
    assert Crashes(trials[0].folder).count == 0


def test_a_trial_that_takes_its_process_down_twice_fails_and_costs_no_other(runs):
    trials = runs(3)
    assert sorted(made(quick_trials.killed, trials)) == [1, 2, 3]
    failed, *others = [result_of(each.folder) for each in trials]
    assert failed.score is None and failed.values == {"x": 10}
    assert failed.error.startswith("its process was ended 2 times, the last time by SIGKILL. If memory ran out, lower ")
    assert "tune.parallel_trials" in failed.error and "process_" in failed.error
    assert (trials[0].folder / "killed").read_text() == "xx"
    assert [each.score for each in others] == [0.2, 0.3]


def test_a_process_that_ends_of_itself_is_no_end_of_the_trial_either(runs):
    trials = runs(2)
    assert sorted(made(quick_trials.ending, trials)) == [1, 2]
    failed, other = [result_of(each.folder) for each in trials]
    assert failed.error.startswith("its process was ended 2 times, the last time with exit code 5.")
    assert other.score == 0.2


def test_what_was_kept_is_not_made_again_if_the_process_is_killed_behind_it(runs, caplog):
    trials = runs(2)
    with caplog.at_level(logging.INFO):
        assert sorted(made(quick_trials.killed_behind_its_end, trials)) == [1, 2]
    assert result_of(trials[0].folder).score == 0.1
    assert len((trials[0].folder / "trained_by").read_text().splitlines()) == 1
    assert caplog.messages == []


def test_an_idle_process_that_is_killed_is_replaced(runs):
    trials = runs(2)
    with TrialProcesses(quick_trials.end_of, 1, trials[0].folder.parent) as processes:
        for each in trials:
            processes.begin(each)
            assert processes.next_end() == each.number
            first = int((each.folder / "trained_by").read_text().split()[0])
            os.kill(first, signal.SIGKILL)
            wait_for(lambda process=first: is_gone(process))
    assert [result_of(each.folder).score for each in trials] == [0.1, 0.2]


def test_an_error_of_a_training_ends_no_process(runs):
    trials = runs(2)
    assert made(quick_trials.failing, trials, at_a_time=1) == [1, 2]
    assert result_of(trials[0].folder).error == "ValueError: no such thing"
    assert "Traceback" in (trials[0].folder / "failure.txt").read_text()
    assert result_of(trials[1].folder).score == 0.2


@pytest.fixture
def ctrl_c_interrupts():
    """As in a terminal; what a script starts in the background ignores it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interruption_ends_all_processes_and_is_no_crash(runs, ctrl_c_interrupts):
    trials = runs(4)[2:]
    marks = [each.folder / "is_training" for each in trials]

    def interrupt():
        wait_for(lambda: all(each.exists() and each.read_text() for each in marks))
        signal.raise_signal(signal.SIGINT)

    with (
        pytest.raises(KeyboardInterrupt),
        TrialProcesses(quick_trials.for_ever_until_ended_from_outside, 2, trials[0].folder.parent) as processes,
    ):
        for each in trials:
            processes.begin(each)
        threading.Thread(target=interrupt).start()
        processes.next_end()
    assert all(is_gone(int(each.read_text())) for each in marks)
    assert [Crashes(each.folder).count for each in trials] == [0, 0]
    assert [result_of(each.folder) for each in trials] == [None, None]


def test_processes_end_with_a_search_that_is_killed(runs):
    trials = runs(4)[2:]
    code = """
        import pickle, sys
        from pathlib import Path
        from tests.support import quick_trials
        from tfx_pipeline.tuning.trial_processes import TrialProcesses
        trials = pickle.loads(bytes.fromhex(sys.argv[1]))
        with TrialProcesses(quick_trials.for_ever_from_the_third, 2, trials[0].folder.parent) as processes:
            for each in trials:
                processes.begin(each)
            processes.next_end()
        """
    told = trial_processes.pickle.dumps(trials).hex()
    root = str(quick_trials.Path(quick_trials.__file__).parents[2])
    environment = {**os.environ, "PYTHONPATH": root}
    with subprocess.Popen([sys.executable, "-c", textwrap.dedent(code), told], env=environment) as search:
        marks = [each.folder / "is_training" for each in trials]
        wait_for(lambda: all(each.exists() and each.read_text() for each in marks))
        assert not any(is_gone(int(each.read_text())) for each in marks)
        search.send_signal(signal.SIGKILL)
    wait_for(lambda: all(is_gone(int(each.read_text())) for each in marks), 10)
    # No trial is to blame.
    assert [Crashes(each.folder).count for each in trials] == [0, 0]


def test_a_search_goes_on_with_fewer_processes_if_one_cannot_begin(runs, tmp_path, caplog):
    (tmp_path / "times").mkdir()
    (tmp_path / "times" / "1").touch()
    trials = runs(3)
    with caplog.at_level(logging.INFO):
        assert sorted(made(quick_trials.Unreadable(tmp_path / "times"), trials)) == [1, 2, 3]
    assert [result_of(each.folder).score for each in trials] == [0.1, 0.2, 0.3]
    (told,) = caplog.messages
    assert told.startswith(
        "a process for trials was ended with exit code 3 before it could begin: going on with 1 at a time. What it "
    )


def test_a_search_ends_if_no_process_can_begin(runs, tmp_path):
    (tmp_path / "times").mkdir()
    for name in ("1", "2"):
        (tmp_path / "times" / name).touch()
    with pytest.raises(
        SearchError, match="with exit code 3 before it could begin. The last that it said: it cannot be read"
    ):
        made(quick_trials.Unreadable(tmp_path / "times"), runs(3))


def test_progress_is_heard_here_and_what_is_printed_lies_in_a_file(runs, capfd):
    (trial,) = runs(1)
    heard = Counter()
    with heard_by(lambda progress, steps: heard.update({progress: steps})):
        made(quick_trials.with_progress, [trial])
    ((progress, steps),) = heard.items()
    assert (progress.what, progress.total, steps) == ("steps of trial 1 of 1", 10, 11)
    assert capfd.readouterr() == ("", "")
    assert (trial.folder.parent / "process_1.log").read_text() == "a word on standard output\n"


def test_modules_of_the_folder_that_a_command_is_called_in_are_not_taken_for_ours(runs, tmp_path, monkeypatch):
    for name in ("models", "components", "tfx_pipeline", "logging"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise AssertionError('not ours')")
    monkeypatch.chdir(tmp_path)
    assert made(quick_trials.end_of, runs(1)) == [1]


def test_more_trials_at_a_time_than_cores_are_refused(monkeypatch):
    monkeypatch.setattr(trial_processes, "cores", lambda: 3)
    assert trial_processes.refusal(3) == ""
    assert trial_processes.refusal(4) == (
        "tune.parallel_trials = 4: this machine has 3 cores for it, and each trial at a time takes one at least. "
        "Set it to 3 or less."
    )
