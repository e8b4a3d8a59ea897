"""Searches whose trainings take no time; `search_job_test.py` trains."""

import json
import logging
import re

import pytest

from tfx_pipeline.config.search_space import Dimension
from tfx_pipeline.config.tune_config import TuneConfig
from tfx_pipeline.training.callbacks import DivergedError
from tfx_pipeline.tuning.oracles import oracle_of
from tfx_pipeline.tuning.trial_results import best_of
from tfx_pipeline.tuning.trial_tuner import SCORE, STATE, SearchError, TrialEnd, TrialTuner

SPACE = (Dimension("unisar.dim", tuple(range(100))),)


@pytest.fixture(autouse=True)
def nothing_to_free(monkeypatch):
    """No model is made here, and looking for what is left of one takes a second each time."""
    monkeypatch.setattr(TrialTuner, "_free", lambda self: None)


@pytest.fixture
def search(tmp_path):
    """Runs a search, or goes on with it; `train` is given each run, and returns the score or raises."""

    def call(train, dimensions=SPACE, prune=False, max_epochs=9, first=None, **settings):
        def end(run):
            score = train(run)
            return TrialEnd({SCORE: score, "val_loss": 2.0, "epoch": 4}, 5)

        oracle = oracle_of(
            TuneConfig(**{"trials": 3, "algorithm": "random", **settings}), dimensions, max_epochs, first or {}
        )
        tuner = TrialTuner(oracle, end, tmp_path / "searches" / "one", prune, bool(first))
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

    monkeypatch.setattr("tfx_pipeline.cli.console.interruption.received", lambda: True)
    with pytest.raises(KeyboardInterrupt):
        search(interrupted)


@pytest.mark.parametrize("prune", [True, False])
def test_hopeless_trials_are_stopped_once_four_others_have_ended(prune, search):
    from types import SimpleNamespace

    def train(run):
        """The fifth is worse than all before it."""
        (scores,) = run.callbacks
        scores.set_model(SimpleNamespace(stop_training=False))
        value = 0.125 if run.number == 5 else 0.5
        for epoch in range(4):
            scores.on_epoch_end(epoch, {SCORE: value})
            if scores.model.stop_training:
                break
        return value

    results = search(train, trials=6, prune=prune).results()
    assert [each.stopped_at for each in results] == ([0, 0, 0, 0, 3, 0] if prune else [0] * 6)
    assert results[4].score == 0.125


def test_hyperband_says_how_many_epochs_and_of_which_trial_one_goes_on(search):
    asked = {}

    def train(run):
        asked[run.number] = run.epochs, run.values["unisar.dim"]
        return by_dim(run)

    results = search(train, algorithm="hyperband", trials=0, max_epochs=3).results()
    # Brackets of 3 and 1, and of 2: 3 / 3 = 1 epoch, then 3.
    assert [epochs for epochs, _ in asked.values()] == [1, 1, 1, 3, 3, 3]
    best = max(results[:3], key=lambda each: each.score)
    assert results[3].goes_on_from == best.number
    assert asked[4][1] == asked[best.number][1]
    assert [each.goes_on_from for each in results[4:]] == [0, 0]


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
    with pytest.raises(SearchError, match="unset it, with KERASTUNER_ORACLE_PORT"):
        search(by_dim)


def test_what_came_of_a_trial_is_plain_json(search, tmp_path):
    search(by_dim)
    kept = json.loads((tmp_path / "searches" / "one" / "trial_1" / "result.json").read_text())
    assert kept["number"] == 2 and set(kept["values"]) == {"unisar.dim"}
