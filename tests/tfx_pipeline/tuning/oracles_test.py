import pytest

from tfx_pipeline.config.search_space import Dimension
from tfx_pipeline.config.tune_config import TuneConfig
from tfx_pipeline.tuning.oracles import oracle_of, planned_trials
from tfx_pipeline.tuning.trial_results import OBJECTIVE

FEW = (Dimension("a", (1, 2, 3)), Dimension("b", (True, False)))
WIDE = (
    Dimension("rate", low=1e-4, high=1e-2, scale="log"),
    Dimension("share", low=0.25, high=0.75),
    Dimension("layers", low=1, high=3, whole=True),
    Dimension("size", low=1, high=1024, scale="log", whole=True),
)


def asked(tmp_path, dimensions, first=None, score=lambda values: values.get("a", 0), max_epochs=9, **settings):
    """The values of each trial, in the order of trials, and the oracle. `score` says what each is worth."""
    oracle = oracle_of(TuneConfig(**settings), dimensions, max_epochs, first or {})
    oracle._set_project_dir(str(tmp_path), "search")
    oracle.verbose = 0
    found = []
    while (trial := oracle.create_trial("tuner0")).status == "RUNNING":
        found.append(dict(trial.hyperparameters.values))
        oracle.update_trial(trial.trial_id, {OBJECTIVE: score(found[-1])})
        trial.status = "COMPLETED"
        oracle.end_trial(trial)
    return found, oracle


@pytest.mark.parametrize("algorithm", ["random", "bayesian"])
def test_nothing_is_tried_twice_and_a_small_space_ends_the_search(algorithm, tmp_path):
    found, oracle = asked(tmp_path, FEW, algorithm=algorithm, trials=20)
    assert len(found) == len({tuple(each.items()) for each in found})
    # All six, or all but one or two that chance did not name in twenty attempts.
    assert 4 <= len(found) <= 6
    assert planned_trials(oracle) == 20


@pytest.mark.parametrize("algorithm", ["random", "bayesian"])
def test_the_first_trial_may_be_given_and_the_rest_follows_the_seed(algorithm, tmp_path):
    own = {"rate": 0.005, "share": 0.5, "layers": 2, "size": 7}
    found, _ = asked(tmp_path / "a", WIDE, own, algorithm=algorithm, trials=4, seed=3)
    assert len(found) == 4 and found[0] == own
    again, _ = asked(tmp_path / "b", WIDE, own, algorithm=algorithm, trials=4, seed=3)
    other, _ = asked(tmp_path / "c", WIDE, own, algorithm=algorithm, trials=4, seed=4)
    assert again == found
    assert other[1] != found[1]


def test_values_lie_in_their_ranges_on_their_scales(tmp_path):
    found, _ = asked(tmp_path, WIDE, algorithm="random", trials=60)
    assert all(1e-4 <= each["rate"] <= 1e-2 and 0.25 <= each["share"] <= 0.75 for each in found)
    assert {each["layers"] for each in found} == {1, 2, 3}
    # A third of a logarithmic range lies below its cube root's multiple: 10 ** -3.33; linearly, 4 % would.
    assert 10 <= sum(each["rate"] < 10**-3.333 for each in found) <= 30
    assert sum(each["size"] < 32 for each in found) > 15


def test_the_gaussian_process_finds_what_chance_would_hardly(tmp_path):
    """The score is highest at 0.7 of a range; the last third of the trials looks near there."""
    line = (Dimension("x", low=0.0, high=1.0),)
    found, _ = asked(tmp_path, line, score=lambda values: -abs(values["x"] - 0.7), algorithm="bayesian", trials=15)
    assert min(abs(each["x"] - 0.7) for each in found[-5:]) < 0.03


def test_hyperband_has_the_trials_of_its_brackets(tmp_path):
    """Of 9 epochs and a factor of 3: brackets of 9, 3 and 1 trials, 5 and 2, and 3 (KerasTuner, `HyperbandOracle`)."""
    found, oracle = asked(tmp_path, WIDE, algorithm="hyperband", max_epochs=9, score=lambda values: values["share"])
    assert planned_trials(oracle) == len(found) == 9 + 3 + 1 + 5 + 2 + 3
    begun = [each for each in found if not each["tuner/initial_epoch"]]
    assert len(begun) == 9 + 5 + 3
    assert {each["tuner/epochs"] for each in found[:9]} == {1}
    # The best three of nine go on for three times as many epochs.
    best = sorted(found[:9], key=lambda each: -each["share"])[:3]
    assert {each["share"] for each in found[9:12]} == {each["share"] for each in best}
    assert {each["tuner/epochs"] for each in found[9:12]} == {3}


def test_twenty_trials_by_default(tmp_path):
    assert planned_trials(oracle_of(TuneConfig(), WIDE, 9, {})) == 20
