import json

import pytest

from tests.support.own_process import python
from tfx_pipeline.tuning import one_trial
from tfx_pipeline.tuning.one_trial import SCORE, Crashes, SearchError, TrialEnd, TrialRun


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "trial_2"
    folder.mkdir()
    return TrialRun(3, "trial 3 of 4", {"x": 0.5}, 7, folder, goes_on_from=2, began_as=1)


def test_what_came_of_a_trial_is_kept_and_read_back(run):
    assert one_trial.result_of(run.folder) is None
    one_trial.make(run, lambda _: TrialEnd({SCORE: 0.25, "val_loss": 2.0, "epoch": 4.0}, 6, stopped_at=6))
    result = one_trial.result_of(run.folder)
    assert (result.number, result.values, result.goes_on_from, result.as_configured) == (3, {"x": 0.5}, 2, False)
    assert (result.score, result.metrics) == (0.25, {"ndcg_at_5": 0.25, "loss": 2.0})
    assert (result.epoch, result.epochs, result.stopped_at, result.error) == (4, 6, 6, "")
    assert json.loads((run.folder / "result.json").read_text())["seconds"] == result.seconds


def test_an_error_is_kept_in_words_and_in_full(run):
    def train(_):
        raise MemoryError("OOM when allocating tensor")

    one_trial.make(run, train)
    result = one_trial.result_of(run.folder)
    # A trial is a training, so it is mended as one.
    assert result.score is None and "memory ran out" in result.error and "train.batch_size" in result.error
    assert "OOM when allocating tensor" in (run.folder / "failure.txt").read_text()


def test_an_interruption_keeps_nothing(run):
    def train(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        one_trial.make(run, train)
    assert one_trial.result_of(run.folder) is None and Crashes(run.folder).count == 0


def test_those_that_have_ended_are_the_other_folders_with_an_end(run):
    for name in ("trial_0", "trial_1", "trial_10", "state"):
        (run.folder.parent / name).mkdir()
    for folder in (run.folder, run.folder.parent / "trial_0", run.folder.parent / "trial_10"):
        (folder / "result.json").write_text("{}")
    assert sorted(each.name for each in one_trial.others_that_ended(run.folder)) == ["trial_0", "trial_10"]


def test_a_trial_that_never_came_to_an_end_is_begun_twice(run):
    for count in (1, 2):
        Crashes(run.folder).__enter__()
        assert Crashes(run.folder).count == count
    with pytest.raises(SearchError, match="it took its process down 2 times, as memory that runs out does"):
        Crashes(run.folder).__enter__()
    Crashes(run.folder).forget()
    with Crashes(run.folder):
        assert Crashes(run.folder).count == 1
    assert Crashes(run.folder).count == 0


def test_it_imports_nothing_heavy():
    code = """
        import sys
        from tfx_pipeline.tuning import one_trial, trial_processes
        print(sorted({"tensorflow", "keras", "tfx", "keras_tuner", "numpy"} & set(sys.modules)))
        """
    assert python(code).stdout == "[]\n"
