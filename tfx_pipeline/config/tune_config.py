"""The settings of a search for better settings of a training."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.number_checks import check_least

RANDOM, BAYESIAN, HYPERBAND = ALGORITHMS = ("random", "bayesian", "hyperband")
DEFAULT_TRIALS: Final = 20


@dataclass(frozen=True)
class TuneConfig:
    """A search for better values of some fields. A run that has this section searches before it trains.

    Attributes:
        enabled: Whether `tandem run` searches first, and trains with the best values. A section that does not say so is
            on; without the section it is off. `tandem tune` searches in any case.
        space: Fields of the model and of its training, each with the values to try: a list, such as `unisar.dim: [32,
            64]`, or a range, `train.learning_rate: {low: 0.0001, high: 0.01, scale: log}` (`scale` is `linear` or
            `log`). Fields of `retriever.train` and of the retriever's model tune the retriever. Empty: the usual fields
            of `model`.
        algorithm: How values are chosen. `bayesian`: by what the trials so far tell (a Gaussian process), after some at
            random. `random`: at random. `hyperband`: at random, and many trials are begun for few epochs, of which the
            better third goes on for three times as many, and so on.
        trials: How many trainings are tried; 0 stands for 20. With `hyperband` it stays 0: how many there are follows
            from `max_epochs`.
        max_epochs: The most epochs of a trial; 0 takes `epochs` of the training, with `hyperband` 27 of them at
            most. The final training has all epochs.
        prune: Stop a trial early whose best NDCG@5 so far is below the median of what the other trials had by that
            epoch: from its third epoch on, and once four others have ended. `hyperband` has its own rule.
        parallel_trials: How many trials are trained at a time, each in a process of its own with its share of the cores
            and memory of its own. There are at most as many as cores.
        seed: Seed of the choice of values, at least 1; that of the trainings is their own `seed`.
    """

    enabled: bool = False
    space: Mapping[str, Any] = field(default_factory=dict)
    algorithm: str = BAYESIAN
    trials: int = 0
    max_epochs: int = 0
    prune: bool = True
    parallel_trials: int = 1
    seed: int = 17

    def __post_init__(self) -> None:
        """Refuses an unknown algorithm, and numbers that are too small."""
        if self.algorithm not in ALGORITHMS:
            raise ValueError(
                f"`algorithm` should be one of {', '.join(ALGORITHMS)}. Received: algorithm={self.algorithm!r}"
            )
        check_least(self, 0, "trials", "max_epochs")
        check_least(self, 1, "parallel_trials", "seed")
        if self.algorithm == HYPERBAND and self.trials:
            raise ValueError(
                "`trials` does not go with `algorithm: hyperband`, which has as many as `max_epochs` asks for. Leave "
                f"it out, and lower `max_epochs` for fewer. Received: trials={self.trials}"
            )

    @classmethod
    def filled_in(cls, settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """A section that is written is on, unless it says something else."""
        return {"enabled": True, **settings}
