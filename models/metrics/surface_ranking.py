"""The loss of both surfaces and their ranking metrics, as a part of a model."""

from collections.abc import Mapping
from typing import Any

import keras
from keras import ops

from models.metrics.ranking_metric import RankingMetric
from schemas.canonical_event import Surface
from schemas.rank_metrics import rank_metrics


class SurfaceRanking:
    """Counts the loss and ranks each surface's candidates; mixed in before `keras.Model`.

    Metrics: `loss`, the mean over all rows (Keras' own weighs a batch by the rows of its first surface, of which it may
    have none); those of `schemas.rank_metrics` for each surface (`ndcg_at_5_search`), and each of them without a
    surface: the mean over the surfaces that had rows. Training steps have the loss alone: among the few
    negatives that a model has just learned from ranks say little, and computing them takes time, tracing them more.
    """

    ranks_candidates: bool
    """Whether the step that is traced or run now is one of evaluation; `begin_step` sets it."""

    def create_ranking_metrics(self) -> None:
        """Creates the metrics; called once, by the model's constructor."""
        self.ranks_candidates = True
        self.joint_loss = keras.metrics.Mean(name="joint_loss")
        self.ranking_metrics = {
            surface.value: [RankingMetric(each, f"{each.name}_{surface.value}") for each in rank_metrics()]
            for surface in Surface
        }

    def begin_step(self, y_pred: Any, training: bool) -> None:
        """To be called first by `compute_loss`, which alone is told what kind of step it is.

        Raises:
            ValueError: The step is on rows of one kind, not on a joint batch.
        """
        if not isinstance(y_pred, dict):
            raise ValueError(
                "Training and evaluation need joint batches, {'recommendation': features, 'search': features}. "
                "Received rows of one kind; use predict() or score() for these."
            )
        self.ranks_candidates = not training

    def count_loss(self, loss: Any, labels: Mapping[str, Any]) -> None:
        """Counts the loss of a batch with these labels, float [rows, candidates] by surface."""
        self.joint_loss.update_state(loss, sample_weight=sum(ops.shape(each)[0] for each in labels.values()))

    def update_ranking_metrics(self, labels: Mapping[str, Any], logits: Mapping[str, Any]) -> None:
        """Counts a batch, unless it is one of training.

        Args:
            labels: Float [rows, candidates] by surface.
            logits: Float [rows, candidates] by surface; surfaces that the batch leaves out are not counted.
        """
        if not self.ranks_candidates:
            return
        for surface, values in logits.items():
            for metric in self.ranking_metrics[surface]:
                metric.update_state(labels[surface], values)

    def get_metrics_result(self) -> dict[str, Any]:
        """All metrics by name, the means over the surfaces included; in training those of the losses."""
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
