"""Searches whose trainings take no time; `search_job_test.py` trains."""

import json
import logging
import os
import re
import signal
import threading

import pytest

from tests.support import quick_trials
from tests.support.quick_trials import is_gone, wait_for
from tfx_pipeline.config.search_space import Dimension
from tfx_pipeline.config.tune_config import TuneConfig
from tfx_pipeline.training.callbacks import DivergedError
from tfx_pipeline.tuning.one_trial import SCORE, SearchError, TrialEnd
from tfx_pipeline.tuning.oracles import oracle_of
from tfx_pipeline.tuning.trial_results import best_of
from tfx_pipeline.tuning.trial_trainings import STATE, epoch_scores
from tfx_pipeline.tuning.trial_tuner import TrialTuner, rest

SPACE = (Dimension("unisar.dim", tuple(range(100))),)


@pytest.fixture
def search(tmp_path):
    """Runs a search, or goes on with it; `train` is given each run, and returns the score or raises."""

    def call(train, dimensions=SPACE, prune=False, max_epochs=9, first=None, **settings):
        def end(run):
            score = train(run)
            return score if isinstance(score, TrialEnd) else TrialEnd({SCORE: score, "val_loss": 2.0, "epoch": 4}, 5)

        oracle = oracle_of(
            TuneConfig(**{"trials": 3, "algorithm": "random", **settings}), dimensions, max_epochs, first or {}
        )
        tuner = TrialTuner(oracle, end, tmp_path / "searches" / "one", max_epochs, prune, bool(first))
        tuner.search()
        return tuner

    return call


def by_dim(run):
    return run.values["unisar.dim"] / 100


def test_trials_are_made_kept_and_told(search, caplog, capsys):
    with caplog.at_level(logging.INFO):
        tuner = search(by_dim)
    results = tuner.results()
    assert [each.number for each in results] == [1, 2, 3]
    assert [each.score for each in results] == [each.values["unisar.dim"] / 100 for each in results]
    assert results[0].metrics == {"ndcg_at_5": results[0].score, "loss": 2.0}
    assert (results[0].epoch, results[0].epochs) == (4, 5)
    best = best_of(results)
    assert f"Trial 1 of 3: unisar.dim {results[0].values['unisar.dim']}" in caplog.messages
    (last,) = [each for each in caplog.messages if each.startswith("Trial 3 of 3: NDCG@5")]
    assert last == f"Trial 3 of 3: NDCG@5 {results[2].score:.4f}, best {best.score:.4f} (trial {best.number})"
    (second,) = [each for each in caplog.messages if each.startswith("Trial 2 of 3: NDCG@5")]
    assert second.endswith(", less than 1 min left")
    # What KerasTuner says of itself is no result.
    assert capsys.readouterr().out == ""


def test_a_search_that_was_interrupted_trains_nothing_anew(search, caplog, capsys):
    made = []

    def until_the_second(run):
        made.append((run.number, run.values["unisar.dim"]))
        if run.number == 2:
            raise KeyboardInterrupt
        return by_dim(run)

    with pytest.raises(KeyboardInterrupt):
        search(until_the_second)
    assert [number for number, _ in made] == [1, 2]

    def go_on(run):
        made.append((run.number, run.values["unisar.dim"]))
        return by_dim(run)

    with caplog.at_level(logging.INFO):
        tuner = search(go_on)
    assert [number for number, _ in made] == [1, 2, 2, 3]
    assert made[1] == made[2], "the trial that was interrupted goes on with its values"
    assert len(tuner.results()) == 3
    assert "Going on with a search: 1 of 3 trials have ended" in caplog.messages
    # With more trials it goes on where it ended, and with as many nothing is done.
    assert len(search(go_on, trials=5).results()) == 5
    assert [number for number, _ in made[4:]] == [4, 5]
    search(go_on, trials=5)
    # Fewer than there are already: these stay.
    assert len(search(go_on, trials=2).results()) == 5
    assert len(made) == 6
    assert capsys.readouterr().out == ""


def test_a_trial_that_was_interrupted_behind_its_end_is_not_trained_anew(search, monkeypatch):
    made = []

    def train(run):
        made.append(run.number)
        return by_dim(run)

    def interrupted(self, trial):
        raise KeyboardInterrupt

    with monkeypatch.context() as at_the_end, pytest.raises(KeyboardInterrupt):
        at_the_end.setattr(TrialTuner, "on_trial_end", interrupted)
        search(train)
    results = search(train).results()
    assert made == [1, 2, 3] and [each.number for each in results] == [1, 2, 3]


def test_files_that_cannot_be_read_are_named_with_what_mends_it(search, tmp_path):
    search(by_dim)
    (tmp_path / "searches" / "one" / "oracle.json").write_text('{"ongo')
    with pytest.raises(SearchError, match=r"searches/one cannot be read \(.*\)\. Remove that folder"):
        search(by_dim)


def test_what_trainings_need_to_go_on_is_removed_at_the_end_alone(search, tmp_path):
    state = tmp_path / "searches" / "one" / STATE

    def train(run):
        assert state.exists() == (run.number > 1)
        state.mkdir(exist_ok=True)
        return by_dim(run)

    search(train)
    assert not state.exists()


def test_a_trial_that_fails_is_told_and_ends_no_search(search, caplog, capsys, tmp_path):
    def fails(run):
        if run.number in (1, 2, 3, 4):
            raise DivergedError("the loss is nan in epoch 2. Lower `learning_rate`.\nmore")
        return 0.5

    with caplog.at_level(logging.INFO):
        results = search(fails, trials=6).results()
    assert [each.score for each in results] == [None, None, None, None, 0.5, 0.5]
    assert results[0].error.startswith("the loss is nan in epoch 2.")
    (first,) = [each for each in caplog.messages if each.startswith("Trial 1 of 6: failed")]
    assert first.startswith("Trial 1 of 6: failed: the loss is nan in epoch 2. Lower `learning_rate`.")
    assert "Traceback" in (tmp_path / "searches" / "one" / "trial_0" / "failure.txt").read_text()
    assert "Traceback" not in capsys.readouterr().err


def test_memory_that_runs_out_fails_the_trial_with_what_mends_it(search):
    def greedy(run):
        if run.number == 1:
            raise MemoryError("OOM when allocating tensor")
        return 0.5

    assert "memory ran out" in search(greedy).results()[0].error
    assert "train.batch_size" in search(greedy).results()[0].error


def test_if_all_trials_fail_so_does_the_search_and_the_next_begins_anew(search):
    def fails(_):
        raise ValueError("no such thing")

    text = re.escape("all 3 trials failed, the last one so: ValueError: no such thing")
    with pytest.raises(SearchError, match=text):
        search(fails)
    assert [each.score for each in search(lambda _: 0.5).results()] == [0.5] * 3


def test_a_trial_that_takes_its_process_down_twice_is_given_up(search, tmp_path):
    """As the system ends a process that takes too much memory: nothing of it runs any more."""

    class Killed(BaseException):
        pass

    def killed(run):
        (folder,) = (tmp_path / "searches" / "one").glob("trial_0")
        begun = (folder / "begun").read_text()
        marks.append(begun)
        raise Killed

    marks = []
    for _ in range(2):
        with pytest.raises(Killed):
            search(killed)
        # An end in order takes the mark away; so put it back.
        (tmp_path / "searches" / "one" / "trial_0" / "begun").write_text(marks[-1])
    assert marks == ["x", "xx"]
    results = search(lambda _: 0.5).results()
    assert results[0].error.startswith("it took its process down 2 times")
    assert [each.score for each in results] == [None, 0.5, 0.5]


def test_an_interruption_that_a_library_turned_into_an_error_ends_the_search(search, monkeypatch):
    def interrupted(_):
        raise RuntimeError("KeyboardInterrupt")

    monkeypatch.setattr("tfx_pipeline.console.interruption.received", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        search(interrupted)


@pytest.mark.parametrize("prune", [True, False])
def test_hopeless_trials_are_stopped_once_four_others_have_ended(prune, search):
    from types import SimpleNamespace

    def train(run):
        """The fifth is worse than all before it."""
        scores = epoch_scores(run)
        scores.set_model(SimpleNamespace(stop_training=False))
        value = 0.125 if run.number == 5 else 0.5
        for epoch in range(4):
            scores.on_epoch_end(epoch, {SCORE: value})
            if scores.model.stop_training:
                break
        return TrialEnd({SCORE: value, "epoch": 1}, epoch + 1, scores.stopped_at)

    results = search(train, trials=6, prune=prune).results()
    assert [each.stopped_at for each in results] == ([0, 0, 0, 0, 3, 0] if prune else [0] * 6)
    assert results[4].score == 0.125


def test_hyperband_says_how_many_epochs_and_of_which_trial_one_goes_on(search):
    asked, began_as = {}, []

    def train(run):
        asked[run.number] = run.epochs, run.values["unisar.dim"]
        began_as.append(run.began_as)
        return by_dim(run)

    results = search(train, algorithm="hyperband", trials=0, max_epochs=3).results()
    # Brackets of 3 and 1, and of 2: 3 / 3 = 1 epoch, then 3.
    assert [epochs for epochs, _ in asked.values()] == [1, 1, 1, 3, 3, 3]
    best = max(results[:3], key=lambda each: each.score)
    assert results[3].goes_on_from == best.number
    assert asked[4][1] == asked[best.number][1]
    assert [each.goes_on_from for each in results[4:]] == [0, 0]
    assert began_as == [1, 2, 3, best.number, 5, 6]


def test_the_values_of_the_configuration_come_first(search):
    results = search(by_dim, first={"unisar.dim": 42}).results()
    assert results[0].values == {"unisar.dim": 42}
    assert [each.as_configured for each in results] == [True, False, False]


def test_a_space_that_is_used_up_is_told(search, caplog):
    with caplog.at_level(logging.INFO):
        assert len(search(by_dim, dimensions=(Dimension("unisar.dim", (1,)),)).results()) == 1
    assert "All values of the space were tried, in 1 trials" in caplog.messages


def test_keras_tuners_parallel_search_is_refused(search, monkeypatch):
    monkeypatch.setenv("KERASTUNER_ORACLE_IP", "127.0.0.1")
    with pytest.raises(
        SearchError, match="Unset it, with KERASTUNER_ORACLE_PORT and KERASTUNER_TUNER_ID, and set tune.parallel_trials"
    ):
        search(by_dim)


def test_what_came_of_a_trial_is_plain_json(search, tmp_path):
    search(by_dim)
    kept = json.loads((tmp_path / "searches" / "one" / "trial_1" / "result.json").read_text())
    assert kept["number"] == 2 and set(kept["values"]) == {"unisar.dim"}


X = (Dimension("x", tuple(range(100))),)


@pytest.fixture
def in_processes(tmp_path):
    """Runs a search in processes, or goes on with it; `train` is one of `quick_trials`."""

    def call(train=quick_trials.end_of, name="two", at_a_time=2, prune=False, first=None, **settings):
        oracle = oracle_of(TuneConfig(**{"trials": 4, "algorithm": "random", **settings}), X, 9, first or {})
        folder = tmp_path / "searches" / name
        tuner = TrialTuner(oracle, train, folder, 9, prune, bool(first), at_a_time)
        tuner.search()
        return tuner

    return call


def values_and_scores(tuner):
    return [(each.number, each.values, each.score) for each in tuner.results()]


def test_a_random_search_has_the_same_trials_one_and_two_at_a_time(in_processes, caplog):
    first = {"x": 42}
    alone = in_processes(name="one", at_a_time=1, trials=6, first=first)
    with caplog.at_level(logging.INFO):
        together = in_processes(quick_trials.beside_another, trials=6, first=first)
    assert values_and_scores(together) == values_and_scores(alone)
    assert len(together.results()) == 6 and together.results()[0].as_configured
    ends = [each for each in caplog.messages if re.match(r"Trial \d of 6: NDCG@5", each)]
    assert len(ends) == 6
    best = best_of(alone.results())
    assert ends[-1].endswith(f", best {best.score:.4f} (trial {best.number})")
    assert any(
        each.startswith("2 trials at a time, each in a process of its own. What they say: ") for each in caplog.messages
    )
    # TFX takes the best one from KerasTuner.
    assert together.get_best_hyperparameters()[0].values == best.values


def test_a_search_in_processes_that_is_interrupted_goes_on_with_what_was_not_finished(in_processes, tmp_path, caplog):
    folder = tmp_path / "searches" / "two"

    def marks():
        return sorted(folder.glob("trial_*/is_training"))

    def interrupt():
        wait_for(lambda: len([each for each in marks() if each.read_text()]) == 4)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        in_processes(quick_trials.for_ever_from_the_third, trials=6)
    assert all(is_gone(int(each.read_text())) for each in marks())
    (folder / "go_on").touch()
    with caplog.at_level(logging.INFO):
        tuner = in_processes(quick_trials.for_ever_from_the_third, trials=6)
    assert "Going on with a search: 2 of 6 trials have ended" in caplog.messages
    assert values_and_scores(tuner) == values_and_scores(in_processes(name="one", at_a_time=1, trials=6))
    # The first two were not trained anew.
    trained = [len((folder / f"trial_{number}" / "trained_by").read_text().splitlines()) for number in range(6)]
    assert trained == [1] * 6
    # One at a time goes on with it, too.
    assert len(in_processes(at_a_time=1, trials=7).results()) == 7


def test_a_killed_process_costs_its_trial_alone(in_processes, caplog):
    with caplog.at_level(logging.INFO):
        tuner = in_processes(quick_trials.killed)
    failed, *others = tuner.results()
    assert failed.score is None and [each.score for each in others] == [each.values["x"] / 100 for each in others]
    assert "Trial 1 of 4: its process was ended by SIGKILL. It is tried once more" in caplog.messages
    assert any(each.startswith("Trial 1 of 4: failed: its process was ended 2 times") for each in caplog.messages)
    assert tuner.oracle.trials["0"].status == "FAILED"


def test_if_all_processes_are_killed_what_they_said_stays_and_the_next_search_begins_anew(in_processes, tmp_path):
    with pytest.raises(
        SearchError, match="all 1 trials failed, the last one so: its process was ended 2 times"
    ) as told:
        in_processes(quick_trials.killed, trials=1)
    (said,) = (tmp_path / "searches" / "two").iterdir()
    assert str(said) in str(told.value)
    assert [each.score is None for each in in_processes(trials=2).results()] == [False, False]


@pytest.mark.parametrize("behind", ["its end", "its failure"])
def test_what_had_ended_before_an_interruption_is_not_made_in_a_process(behind, in_processes, monkeypatch):
    train = quick_trials.end_of if behind == "its end" else quick_trials.failing

    def interrupted(self, trial):
        raise KeyboardInterrupt

    with monkeypatch.context() as at_the_end, pytest.raises(KeyboardInterrupt):
        at_the_end.setattr(TrialTuner, "on_trial_end", interrupted)
        in_processes(train, at_a_time=1)
    results = in_processes(quick_trials.end_of).results()
    assert [each.number for each in results] == [1, 2, 3, 4]
    assert (results[0].score is None) is (behind == "its failure")


def test_hyperband_in_processes_goes_on_from_the_best_of_a_round_and_waits_for_it(in_processes):
    results = in_processes(at_a_time=3, algorithm="hyperband", trials=0).results()
    # Of 9 epochs: nine, three and one; five and two; three.
    assert len(results) == 23
    by_number = {each.number: each for each in results}
    continued = [each for each in results if each.goes_on_from]
    assert len(continued) == 3 + 1 + 2
    for each in continued:
        assert each.values == by_number[each.goes_on_from].values
        assert each.epochs == 3 * by_number[each.goes_on_from].epochs
    assert len({each.goes_on_from for each in continued}) == len(continued)


def test_the_gaussian_process_takes_account_of_trials_that_are_being_made(in_processes):
    results = in_processes(algorithm="bayesian", trials=8).results()
    assert len({each.values["x"] for each in results}) == 8
    assert [each.score for each in results] == [each.values["x"] / 100 for each in results]


def test_a_trial_is_stopped_by_what_other_processes_have_found_meanwhile(in_processes):
    results = in_processes(quick_trials.hopeless_first, trials=6, prune=True).results()
    assert [each.stopped_at for each in results] == [4, 0, 0, 0, 0, 0]


def test_a_trial_that_the_oracle_does_not_know_is_none(in_processes, tmp_path):
    """As a process that is killed between the two files of a new trial leaves it."""
    in_processes(at_a_time=1, trials=2)
    folder = tmp_path / "searches" / "two"
    unknown = json.loads((folder / "trial_1" / "trial.json").read_text()) | {"trial_id": "2", "status": "RUNNING"}
    (folder / "trial_2").mkdir()
    (folder / "trial_2" / "trial.json").write_text(json.dumps(unknown))
    alone = in_processes(name="one", at_a_time=1, trials=4)
    assert values_and_scores(in_processes(at_a_time=1, trials=4)) == values_and_scores(alone)


@pytest.mark.parametrize(
    ("running", "left", "at_a_time", "seconds"),
    [
        ([], 5, 1, 50),
        ([], 5, 2, 30),  # Three rounds.
        ([], 1, 4, 10),
        # One ends in 6 and makes two more until 26; the other ends in 9 and makes one until 19.
        ([4, 1], 5, 2, 26),
        # It should have ended long ago.
        ([70], 1, 2, 0),
        ([3, 5], 2, 2, 7),
        # A process could not be started.
        ([3, 5], 3, 1, 15),
    ],
)
def test_the_time_that_is_left_is_that_of_several_at_a_time(running, left, at_a_time, seconds):
    assert rest(10, running, left, at_a_time) == seconds
