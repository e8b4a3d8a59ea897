"""What came of the trainings of an experiment. Imports nothing heavy."""

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tfx_pipeline.config.pipeline_config import PipelineConfig
from tfx_pipeline.config.variants import Variant
from tfx_pipeline.past_runs.learning_curves import Points

if TYPE_CHECKING:
    from components.metrics.by_user.user_gains import UserGains

EPOCH = "epoch"
"""Among the metrics of a surface: the best epoch, to which they belong."""


@dataclasses.dataclass(frozen=True)
class Training:
    """One training of an experiment.

    Attributes:
        variant: What is trained.
        turn: Which of the variant's seeds it is, from 0. Trainings of one turn are compared with each other.
        config: The configuration, with the seed.
    """

    variant: Variant
    turn: int
    config: PipelineConfig

    @property
    def seed(self) -> int:
        """The seed of its weights, shuffling, dropout and choice among negatives."""
        return self.config.train.seed

    @property
    def title(self) -> str:
        """The variant's name, and from its second seed on which seed it is."""
        return f"{self.variant.name}, seed {self.turn + 1}" if self.turn else self.variant.name


@dataclasses.dataclass(frozen=True)
class Trained:
    """What a training made.

    Attributes:
        metrics: For each surface that it was trained on, the metrics on the validation split by name, and `epoch`. With
            fine-tuning, they are those of the surface's own model.
        gains: For each of these surfaces, what the exported model gained on each user's examples of that split.
        parameters: How many numbers it learned, over all its models; None if an older Tandem trained it.
        seconds: How long its trainings took when they were made.
        is_cached: Whether they were made before, and taken from the cache.
        curves: For each of these surfaces, epochs and what the deciding metric was on the validation split.
    """

    metrics: Mapping[str, Mapping[str, float]]
    gains: Mapping[str, "UserGains"]
    parameters: int | None
    seconds: float
    is_cached: bool = False
    curves: Mapping[str, Points] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Result:
    """The end of a training.

    Attributes:
        training: The training.
        trained: What it made; None if it failed.
        error: Why it failed; empty if it did not.
    """

    training: Training
    trained: Trained | None
    error: str = ""
