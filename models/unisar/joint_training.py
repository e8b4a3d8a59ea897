"""The joint loss of both surfaces and its metrics (UniSAR, joint training), as a part of the model."""

from typing import Any

import keras
from keras import ops

from models.losses.click_loss import click_loss
from models.metrics.hit_rate import HitRate
from models.metrics.mean_reciprocal_rank import MeanReciprocalRank
from models.metrics.ndcg import NDCG
from models.unisar.config import UniSARConfig
from models.unisar.contrasts import Contrasts
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

CUTOFFS = (1, 5, 10)


class JointTraining:
    """Gives a model that scores joint batches what `fit` and `evaluate` need; mixed in before `keras.Model`.

    `fit` takes pairs of a joint batch and its labels, `{"recommendation": float [rows, candidates], "search": ...}`.
    Either side may have no rows. The forward pass adds the contrastive losses with `add_loss`, not weighted, in the
    order of `Contrasts.weights_by_name`; they are weighted here.

    Metrics: `loss`, `click_loss_<surface>`, each contrastive loss, `hit_rate_at_<k>_<surface>`, `ndcg_at_<k>_<surface>`
        (k = 1, 5,
    10) and `mrr_<surface>`, and each ranking metric without a surface: the mean over the surfaces that had rows.
    """

    config: UniSARConfig
    contrasts: Contrasts

    def create_metrics(self) -> None:
        """Creates the metrics; called once, by the model's constructor."""
        self.click_losses = {
            surface.value: keras.metrics.Mean(name=f"click_loss_{surface.value}") for surface in Surface
        }
        self.contrast_losses = {name: keras.metrics.Mean(name=name) for name in self.contrasts.weights_by_name}
        self.ranking_metrics = {surface.value: _ranking_metrics(surface.value) for surface in Surface}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        """The joint loss of a batch; keeps track of its parts."""
        if not isinstance(y_pred, dict):
            raise ValueError(
                "Training and evaluation need joint batches, {'recommendation': features, 'search': features}. "
                "Received rows of one kind; use predict() or score() for these."
            )
        weights = {
            Surface.RECOMMENDATION.value: self.config.recommendation_weight,
            Surface.SEARCH.value: self.config.search_weight,
        }
        # Means are weighted by rows not least because a weight of 1 would be a constant, and the step that finds the
        # data exhausted still runs what depends on no data.
        rows = {surface: ops.shape(labels)[0] for surface, labels in y.items()}
        total = 0.0
        for surface, weight in weights.items():
            real = ops.not_equal(x[surface][features.CANDIDATE_ITEMS], PADDING)
            loss = click_loss(y[surface], y_pred[surface], real)
            self.click_losses[surface].update_state(loss, sample_weight=rows[surface])
            total += weight * loss
        for (name, weight), loss in zip(self.contrasts.weights_by_name.items(), self.losses, strict=True):
            self.contrast_losses[name].update_state(loss, sample_weight=sum(rows.values()))
            total += weight * loss
        return total

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> dict[str, Any]:
        """Ranks the candidates of a batch."""
        for surface, metrics in self.ranking_metrics.items():
            for metric in metrics:
                metric.update_state(y[surface], y_pred[surface])
        return self.get_metrics_result()

    def get_metrics_result(self) -> dict[str, Any]:
        """All metrics by name, the means over the surfaces included."""
        results = super().get_metrics_result()  # type: ignore[misc]
        for same in zip(*self.ranking_metrics.values(), strict=True):
            name = same[0].name.removesuffix(f"_{Surface.RECOMMENDATION.value}")
            seen = [ops.cast(ops.greater(metric.rows, 0), "float32") for metric in same]
            total = sum(metric.result() * has_rows for metric, has_rows in zip(same, seen, strict=True))
            results[name] = ops.divide(total, ops.maximum(sum(seen), 1.0))
        return results


def _ranking_metrics(surface: str) -> list[keras.metrics.Metric]:
    metrics: list[keras.metrics.Metric] = []
    for k in CUTOFFS:
        metrics.append(HitRate(k, name=f"hit_rate_at_{k}_{surface}"))
        metrics.append(NDCG(k, name=f"ndcg_at_{k}_{surface}"))
    return [*metrics, MeanReciprocalRank(name=f"mrr_{surface}")]
