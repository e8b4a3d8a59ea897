"""What chooses the values of the next trial: KerasTuner's oracles."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import keras_tuner
from keras_tuner import oracles

from tfx_pipeline.config.search_space import LOG, Dimension
from tfx_pipeline.config.tune_config import BAYESIAN, DEFAULT_TRIALS, HYPERBAND, TuneConfig
from tfx_pipeline.tuning.trial_results import OBJECTIVE
from tfx_pipeline.tuning.tuned_values import as_kept

_AT_RANDOM_OF_EACH: Final = 3
"""So many trials for each field, as in KerasTuner, are at random before the Gaussian process is asked."""


def oracle_of(
    tune: TuneConfig, dimensions: Sequence[Dimension], max_epochs: int, first: Mapping[str, Any]
) -> keras_tuner.Oracle:
    """The oracle of a search.

    Args:
        tune: The settings of the search.
        dimensions: What is varied.
        max_epochs: The most epochs of a trial, of which Hyperband makes its brackets.
        first: The values of the first trial, as KerasTuner keeps them; empty lets the oracle choose. Hyperband always
            chooses.
    """
    common = {
        "objective": keras_tuner.Objective(OBJECTIVE, "max"),
        "hyperparameters": _hyperparameters(dimensions),
        "tune_new_entries": False,
        "allow_new_entries": False,
        "seed": tune.seed,
        # Trials that fail end no search; if all did, the tuner says so.
        "max_consecutive_failed_trials": 10**9,
    }
    if tune.algorithm == HYPERBAND:
        return oracles.HyperbandOracle(max_epochs=max_epochs, **common)
    trials = tune.trials or DEFAULT_TRIALS
    if tune.algorithm == BAYESIAN:
        at_random = max(min(_AT_RANDOM_OF_EACH * len(dimensions), trials // 2), 2)
        return _Bayesian(first, max_trials=trials, num_initial_points=at_random, **common)
    return _Random(first, max_trials=trials, **common)


def planned_trials(oracle: keras_tuner.Oracle) -> int:
    """How many trials there will be, unless the space has fewer combinations of values."""
    if oracle.max_trials:
        return int(oracle.max_trials)
    # All brackets of KerasTuner's Hyperband, round by round.
    return sum(
        oracle._get_size(bracket, round_number)
        for bracket in range(oracle._get_num_brackets())
        for round_number in range(oracle._get_num_rounds(bracket))
    )


class _Random(oracles.RandomSearchOracle):
    """Random search whose first trial may be given."""

    def __init__(self, first: Mapping[str, Any], **settings: Any):
        super().__init__(**settings)
        self._first = dict(first)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The values of the next trial."""
        return _first_or(self, super().populate_space, trial_id)


class _Bayesian(oracles.BayesianOptimizationOracle):
    """Bayesian optimization whose first trial may be given, and that tries nothing twice."""

    def __init__(self, first: Mapping[str, Any], **settings: Any):
        super().__init__(**settings)
        self._first = dict(first)

    def populate_space(self, trial_id: str) -> dict[str, Any]:
        """The values of the next trial; at random where the process names some that were tried."""
        chosen = _first_or(self, super().populate_space, trial_id)
        if chosen["values"] and self._duplicate(chosen["values"]):
            return dict(self._random_populate_space())
        return chosen


def _first_or(oracle: Any, choose: Any, trial_id: str) -> dict[str, Any]:
    if not oracle.trials and oracle._first:
        return {"status": "RUNNING", "values": dict(oracle._first)}
    return dict(choose(trial_id))


def _hyperparameters(dimensions: Sequence[Dimension]) -> keras_tuner.HyperParameters:
    parameters = keras_tuner.HyperParameters()
    for each in dimensions:
        if each.values:
            parameters.Choice(each.name, as_kept(each))
        else:
            kind = parameters.Int if each.whole else parameters.Float
            kind(each.name, each.low, each.high, sampling=LOG if each.scale == LOG else "linear")
    return parameters
