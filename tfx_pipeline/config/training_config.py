"""The settings of a model's training, and of the fine-tuning that may follow."""

import dataclasses
from dataclasses import dataclass
from typing import Any, Final, Literal

from schemas.canonical_event import Surface
from schemas.number_checks import check_below_one, check_least, check_positive
from schemas.rank_metrics import rank_metrics

BOTH_SURFACES = tuple(surface.value for surface in Surface)

Auto = Literal["auto"]
AUTO: Final = "auto"
"""A setting that follows from the number of training examples: `tfx_pipeline/training/automatic_training.py`."""


@dataclass(frozen=True)
class TrainConfig:
    """How the model is trained.

    A field that is `auto` follows from the number of training examples when the training starts, which says what it
    chose. `train: auto` sets all that may be.

    Attributes:
        epochs: The most epochs, at least 1; early stopping may end the training sooner. `auto`: as many as make 10,000
            steps, from 5 to 100.
        batch_size: Rows in a step, both surfaces together; at least 1. `auto`: a power of two from 32 to 1,024 of which
            an epoch has 100 steps or more, if it can.
        surfaces: The surfaces whose rows are learned from and validated on: `recommendation`, `search` or both. Where
            both are named, a run leaves out one on which the log has no engagement, and says so.
        one_surface_a_batch: Each batch holds rows of one surface, with histories of about the same length. Off: batches
            mix both surfaces.
        sequence_ends_only: Learn only from the rows that end a sequence; their histories together hold each training
            event about once. For a model that predicts every position of a history.
        negatives: How many of an example's negatives a step learns from, drawn again each epoch; 0 takes all. With a
            larger `data.train_negatives`, the model cannot memorize a few.
        learning_rate: Learning rate of Adam, at its highest. `auto`: 0.001.
        warmup_steps: Steps in which the learning rate rises; then it falls with the square root of the step (Noam
            schedule). 0 keeps it constant.
        noam_factor: Sets the height of the Noam schedule as its papers do: the rate is this factor, divided by the
            square root of the model's `dim`, times the curve. 0 takes `learning_rate` as the highest rate.
        adam_beta_2: Adam's beta 2: the decay of its second moments per step, below 1.
        adam_epsilon: The small number that keeps Adam from dividing by zero.
        weight_decay: Share of each weight that is added to its gradient, biases excepted (L2 as `torch.optim.Adam` has
            it). It moves every row of every table in each step, so it needs `torch_adam`.
        torch_adam: Compute Adam as PyTorch does: all rows of the tables in each step, and epsilon added to the
            bias-corrected moment. It needs `lazy_embedding_updates` off.
        clip_norm: Gradients whose global norm is larger than this are scaled down to it; 0 leaves them.
        ema_momentum: Momentum per step of an exponential moving average of the weights, such as 0.98, below 1. The
            average is what is validated and exported. 0: no average. It costs a pass over all weights in each step,
            embedding tables included.
        lazy_embedding_updates: In each step, update only the rows of the embedding tables that the step looked up, so
            that its cost does not grow with the catalogue. Off: Adam's moments of all rows decay in each step.
        validate_every: Epochs from one validation to the next, at least 1 and at most `epochs`.
        keep_best_epoch: Export the weights of the epoch with the best validation NDCG@5; a model that starts from
            features of candidates keeps as much of that start as is best there. Off: those of the last epoch, whole.
        early_stopping_patience: Validations without progress before training ends; 0 never ends early. `auto`: as many
            as make 500 steps, from 3 to 10.
        early_stopping_metrics: Progress is a better value of any of these validation metrics, such as `hit_rate_at_10`.
            None: a better NDCG@5.
        plateau_patience: Validations without a better NDCG@5 before the learning rate is reduced; 0 never. `auto`: a
            half of `early_stopping_patience`; never with `warmup_steps`.
        torch_plateau: Reduce the learning rate as PyTorch's `ReduceLROnPlateau` does: after one validation more than
            `plateau_patience`, and better is what is larger by a ten-thousandth of itself, not by 0.0001.
        plateau_factor: The learning rate is multiplied by this then; between 0 and 1.
        min_learning_rate: The learning rate is not reduced below this.
        gradient_projection: Where the gradients of the surfaces' losses point against each other on the weights that
            both depend on, take from each what works against the other before they are added (PCGrad). A step takes
            longer by one or two backward passes. It needs both surfaces in a batch.
        gradient_cosine: Measure at the end of each epoch whether the surfaces pull the layers that they share in one
            direction: the cosine of the gradients of their losses, in TensorBoard. It costs some steps each epoch, and
            is left out where one surface is trained.
        shuffle_buffer: How many examples are held for shuffling.
        mixed_precision: Compute in float16 on a GPU and bfloat16 elsewhere, with float32 weights.
        jit_compile: Compile the training step with XLA.
        warm_start: Begin with the weights of the last pushed model, where there is one of the same settings: rows of
            tables go with their item, user or word, and all else is taken as it is. Off: begin anew. Not with
            `fine_tuning.surfaces`.
        seed: Seed of weights, shuffling and dropout.
    """

    epochs: int | Auto = AUTO
    batch_size: int | Auto = AUTO
    surfaces: tuple[str, ...] = BOTH_SURFACES
    one_surface_a_batch: bool = False
    sequence_ends_only: bool = False
    negatives: int = 0
    learning_rate: float | Auto = AUTO
    warmup_steps: int = 0
    noam_factor: float = 0.0
    adam_beta_2: float = 0.999
    adam_epsilon: float = 1e-7
    weight_decay: float = 0.0
    torch_adam: bool = False
    clip_norm: float = 0.0
    ema_momentum: float = 0.0
    lazy_embedding_updates: bool = True
    validate_every: int = 1
    keep_best_epoch: bool = True
    early_stopping_patience: int | Auto = AUTO
    early_stopping_metrics: tuple[str, ...] = ()
    plateau_patience: int | Auto = AUTO
    torch_plateau: bool = False
    plateau_factor: float = 0.5
    min_learning_rate: float = 0.0
    gradient_projection: bool = False
    gradient_cosine: bool = False
    shuffle_buffer: int = 100_000
    mixed_precision: bool = False
    jit_compile: bool = False
    warm_start: bool = False
    seed: int = 17

    def __post_init__(self) -> None:
        """Refuses values that no training can have."""
        check_least(self, 1, *_numbers(self, "epochs", "batch_size", "validate_every"))
        check_least(self, 0, *_numbers(self, "early_stopping_patience", "plateau_patience"))
        check_least(self, 0, "negatives", "warmup_steps", "clip_norm", "min_learning_rate")
        check_least(self, 0, "shuffle_buffer", "seed", "noam_factor", "weight_decay")
        check_positive(self, *_numbers(self, "learning_rate", "adam_epsilon"))
        check_below_one(self, "adam_beta_2", "ema_momentum")
        if not 0 < self.plateau_factor < 1:
            raise ValueError(
                f"`plateau_factor` should lie between 0 and 1. Received: plateau_factor={self.plateau_factor}"
            )
        _check_validations(self)
        if self.ema_momentum and not self.keep_best_epoch:
            raise ValueError(
                "`ema_momentum` needs `keep_best_epoch`: averages are kept with the best epoch. Received: "
                f"ema_momentum={self.ema_momentum}, keep_best_epoch=False"
            )
        if self.torch_adam and self.lazy_embedding_updates:
            raise ValueError(
                "`torch_adam` updates all rows of the tables in each step: set `lazy_embedding_updates` to false. "
                "Received: torch_adam=True, lazy_embedding_updates=True"
            )
        if self.weight_decay and not self.torch_adam:
            raise ValueError(
                f"`weight_decay` needs `torch_adam`. Received: weight_decay={self.weight_decay}, torch_adam=False"
            )
        if self.noam_factor and not self.warmup_steps:
            raise ValueError(
                f"`noam_factor` needs `warmup_steps`. Received: noam_factor={self.noam_factor}, warmup_steps=0"
            )
        if not self.surfaces:
            raise ValueError("`surfaces` should name at least one surface. Received: surfaces=()")
        _check_surfaces(self.surfaces)
        if self.gradient_projection and set(self.surfaces) != set(BOTH_SURFACES):
            raise ValueError(
                "`gradient_projection` needs the gradients of both surfaces: set it to false where one is trained. "
                f"Received: gradient_projection=True, surfaces={', '.join(self.surfaces)}"
            )
        if self.gradient_projection and self.one_surface_a_batch:
            raise ValueError(
                "`gradient_projection` needs both surfaces in a batch: set it or `one_surface_a_batch` to false. "
                "Received: gradient_projection=True, one_surface_a_batch=True"
            )
        if self.warmup_steps and self.plateau_patience not in (0, AUTO):
            raise ValueError(
                "`plateau_patience` should be 0 with a schedule of its own, which `warmup_steps` asks for. Received: "
                f"plateau_patience={self.plateau_patience}, warmup_steps={self.warmup_steps}"
            )

    @property
    def automatic(self) -> tuple[str, ...]:
        """The names of the fields that are `auto`. A learning rate that nothing asks for is none."""
        names = [field.name for field in dataclasses.fields(self) if getattr(self, field.name) == AUTO]
        return tuple(name for name in names if not (name == "learning_rate" and self.noam_factor))


@dataclass(frozen=True)
class SettledTrainConfig(TrainConfig):
    """A `TrainConfig` in which nothing is `auto` any more."""

    epochs: int = 10
    batch_size: int = 1024
    learning_rate: float = 1e-3
    early_stopping_patience: int = 3
    plateau_patience: int = 1


@dataclass(frozen=True)
class FineTuningConfig:
    """The trainings on one surface each that start from the weights of the joint one (UnifiedSSR, fine-tuning).

    Everything that is not said here is as in `TrainConfig`; what is `auto` there follows from the examples of each
    training.

    Attributes:
        surfaces: The surfaces that get a model of their own, `<name>_<surface>`. None: the jointly trained model serves
            both.
        epochs: The most epochs of each training, at least 1.
        learning_rate: Learning rate of Adam, at its highest.
        warmup_steps: Steps in which the learning rate rises again; then it falls (Noam schedule). 0 keeps it constant.
        noam_factor: As in `TrainConfig`.
        validate_every: Epochs from one validation to the next, at least 1 and at most `epochs`.
        early_stopping_patience: Validations without progress before a training ends; 0 never ends early.
        early_stopping_metrics: Progress is a better value of any of these validation metrics, such as `hit_rate_at_10`.
            None: a better NDCG@5.
    """

    surfaces: tuple[str, ...] = ()
    epochs: int = 20
    learning_rate: float = 1e-4
    warmup_steps: int = 0
    noam_factor: float = 0.0
    validate_every: int = 1
    early_stopping_patience: int = 3
    early_stopping_metrics: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuses values that no training can have."""
        check_least(self, 1, "epochs", "validate_every")
        check_least(self, 0, "early_stopping_patience", "warmup_steps", "noam_factor")
        check_positive(self, "learning_rate")
        _check_surfaces(self.surfaces)
        _check_validations(self)

    @property
    def own_fields(self) -> tuple[str, ...]:
        """The fields of the joint training that do not count here, such as `train.epochs`."""
        names = (*(field.name for field in dataclasses.fields(self)), *self._settled)
        return tuple(f"train.{name}" for name in names)

    @property
    def _settled(self) -> dict[str, Any]:
        # One surface has no other whose gradient could be in the way.
        return {"keep_best_epoch": True, "gradient_projection": False}

    def train_config(self, joint: TrainConfig, surface: str) -> TrainConfig:
        """How the model of one surface is trained after the joint training, from whose best or last epoch it starts."""
        own = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        return dataclasses.replace(joint, **own | {"surfaces": (surface,)} | self._settled)


def _check_surfaces(surfaces: tuple[str, ...]) -> None:
    unknown = [name for name in surfaces if name not in BOTH_SURFACES]
    if unknown:
        raise ValueError(
            f"`surfaces` should be among {', '.join(BOTH_SURFACES)}. Received: surfaces={', '.join(surfaces)}"
        )


def _numbers(config: Any, *names: str) -> tuple[str, ...]:
    """Those of the fields that are not `auto`."""
    return tuple(name for name in names if getattr(config, name) != AUTO)


def _check_validations(config: TrainConfig | FineTuningConfig) -> None:
    if config.epochs != AUTO and config.validate_every > config.epochs:
        raise ValueError(
            "`validate_every` should be at most `epochs`, or no epoch is validated. Received: "
            f"validate_every={config.validate_every}, epochs={config.epochs}"
        )
    known = [metric.name for metric in rank_metrics()]
    unknown = [name for name in config.early_stopping_metrics if name not in known]
    if unknown:
        raise ValueError(f"`early_stopping_metrics` should be among {', '.join(known)}. Received: {', '.join(unknown)}")
