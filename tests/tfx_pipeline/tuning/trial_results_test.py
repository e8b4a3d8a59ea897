from tfx_pipeline.tuning import trial_results
from tfx_pipeline.tuning.trial_results import TrialResult, best_of


def test_the_best_is_the_highest_and_of_equal_ones_the_first():
    trials = [TrialResult(1, {}, 0.25), TrialResult(2, {}, 0.5), TrialResult(3, {}, 0.5), TrialResult(4, {}, error="x")]
    assert best_of(trials) is trials[1]
    assert best_of(trials[-1:]) is None and best_of([]) is None


def test_they_are_read_as_they_were_written(tmp_path):
    trials = [
        TrialResult(1, {"unisar.dim": 8}, 0.5, {"ndcg_at_5": 0.5}, 2, 3, True, 3, 0, 1.5),
        TrialResult(2, {"unisar.dim": 16}, error="the loss is nan"),
    ]
    trial_results.write(tmp_path / "trials.json", trials, ["unisar.dim: 8, 16"])
    assert trial_results.read(tmp_path / "trials.json") == (trials, ["unisar.dim: 8, 16"])
