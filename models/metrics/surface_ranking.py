"""The joint loss and the ranking metrics of each surface, as a mix-in of both models."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.metrics.ranking_metric import RankingMetric
from schemas.canonical_event import Surface
from schemas.rank_metrics import rank_metrics


class SurfaceRanking:
    """Tracks the loss and ranks each surface's candidates; mixed in before `keras.Model`.

    Metrics:

    * `loss`: the mean over all rows. Keras' own weights a batch by the rows of its first surface, which may be none.
    * The metrics of `schemas.rank_metrics` for each surface, such as `ndcg_at_5_search`.
    * The same metrics without a surface, such as `ndcg_at_5`: the mean over the surfaces that had rows.

    Training steps report the loss alone. Ranks among the few negatives that a model has just learned from say little,
    and it takes time to compute them and more to trace them.
    """

    optimizer: Any
    trainable_variables: list[Any]
    ranks_candidates: bool
    """Whether the current step, traced or run, is a step of evaluation; `begin_step` sets it."""

    def create_ranking_metrics(self) -> None:
        """Creates the metrics; called once, by the model's constructor."""
        self.ranks_candidates = True
        self.joint_loss = keras.metrics.Mean(name="joint_loss")
        self.ranking_metrics = {
            surface.value: [RankingMetric(each, f"{each.name}_{surface.value}") for each in rank_metrics()]
            for surface in Surface
        }

    def compile(self, *args: Any, **kwargs: Any) -> None:
        """Compiles a built model, and creates the variables of its optimizer.

        Keras would create them within the first step, and TensorFlow traces a function twice if it creates variables.
        Tracing is most of what a small training takes.
        """
        super().compile(*args, **kwargs)  # type: ignore[misc]  # That of `keras.Model`, before which this is mixed in.
        self.optimizer.build(self.trainable_variables)

    def begin_step(self, y_pred: Any, training: bool) -> None:
        """Notes the kind of step. Whatever computes the loss calls it first: Keras tells the kind to no other method.

        Raises:
            ValueError: The step is on rows of one kind, not on a joint batch.
        """
        if not isinstance(y_pred, dict):
            raise ValueError(
                "Training and evaluation need joint batches, {'recommendation': features, 'search': features}. "
                "Received rows of one kind; use predict() or score() for these."
            )
        self.ranks_candidates = not training

    def loss_terms(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any, training: bool
    ) -> list[tuple[Surface | None, Any]]:
        """The terms of the joint loss of a batch, weighted. Each model has its own; updates their metrics.

        Returns:
            Float32 scalars, each with the surface whose rows alone it is of; None if it is of neither.
        """
        raise NotImplementedError

    def loss_by_part(
        self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None, training: bool = True
    ) -> dict[Surface | None, Any]:
        """The joint loss of a batch by the surface that its terms are of; under None what is of neither.

        A training step that tells the surfaces apart calls it in place of `compute_loss`, whose result is its sum.
        Updates the metrics of the loss and its parts.
        """
        self.begin_step(y_pred, training)
        parts: dict[Surface | None, Any] = {}
        for surface, loss in self.loss_terms(x, y, y_pred, sample_weight, training):
            parts[surface] = parts[surface] + loss if surface in parts else loss
        self.count_loss(sum(parts.values()), y)
        return parts

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The joint loss of a batch. Updates the metrics of its parts."""
        return sum(self.loss_by_part(x, y, y_pred, sample_weight, training).values())

    def count_loss(self, loss: Any, labels: Mapping[str, Any]) -> None:
        """Adds the loss of a batch whose labels are these: float [rows, candidates] by surface."""
        self.joint_loss.update_state(loss, sample_weight=sum(ops.shape(each)[0] for each in labels.values()))

    def update_ranking_metrics(self, labels: Mapping[str, Any], logits: Mapping[str, Any]) -> None:
        """Ranks a batch, unless it is a batch of training.

        Args:
            labels: Float [rows, candidates] by surface.
            logits: Float [rows, candidates] by surface. Surfaces that the batch leaves out are not counted.
        """
        if not self.ranks_candidates:
            return
        for surface, values in logits.items():
            for metric in self.ranking_metrics[surface]:
                metric.update_state(labels[surface], values)

    def get_metrics_result(self) -> dict[str, Any]:
        """All metrics by name, with the means over the surfaces; in training only the losses."""
        results = super().get_metrics_result()  # type: ignore[misc]
        results["loss"] = results.pop(self.joint_loss.name)
        if not self.ranks_candidates:
            ranking = {metric.name for metrics in self.ranking_metrics.values() for metric in metrics}
            return {name: value for name, value in results.items() if name not in ranking}
        for same in zip(*self.ranking_metrics.values(), strict=True):
            name = same[0].name.removesuffix(f"_{Surface.RECOMMENDATION.value}")
            seen = [ops.cast(ops.greater(metric.rows, 0), "float32") for metric in same]
            total = sum(metric.result() * has_rows for metric, has_rows in zip(same, seen, strict=True))
            results[name] = ops.divide(total, ops.maximum(sum(seen), 1.0))
        return results
