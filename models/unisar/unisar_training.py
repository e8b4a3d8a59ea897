"""The joint loss and the metrics that UniSAR trains with, as a mix-in of the model."""

from typing import Any, Final, NamedTuple

import keras
from keras import ops

from models.layers.embedding.item_popularity import ItemPopularity
from models.losses.click_loss import click_loss
from models.losses.sampled_softmax import sampled_softmax
from models.metrics.surface_ranking import SurfaceRanking
from models.unisar.contrasts import Contrasts
from models.unisar.interest_matching import Interest
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_embedding import ItemLookup
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

CONTRASTS: Final = "contrasts"
"""The key, beside the surfaces, of the step's contrastive losses by name, not weighted. Each is float32 [1], so that
`predict` can concatenate batches."""
MATCHING: Final = "matching"
"""The key, beside the surfaces, of what the matching loss needs from the forward pass of a training step."""


class MatchingOutputs(NamedTuple):
    """What the matching loss needs from the forward pass of a step.

    Attributes:
        interests: The `Interest` of each surface's rows, by the surface's name.
        drawn_items: Int [drawn], the drawn negatives.
        items: Embeds the drawn items and the candidates.
    """

    interests: dict[str, Interest]
    drawn_items: Any
    items: ItemLookup


class JointTraining(SurfaceRanking):
    """Gives a model that scores joint batches what `fit` and `evaluate` need; mixed in before `keras.Model`.

    `fit` takes pairs of a joint batch and its labels, `{"recommendation": float [rows, candidates], "search": ...}`; or
    triples with the rows' weights, `{"recommendation": {"example_weight": float [rows]}, "search": ...}`. Weights count
    in the click losses and the matching losses, among the rows of a surface (`weighted_mean`), not in metrics or the
    contrastive losses, which compare histories. Either side may have no rows.

    The outputs of the forward pass hold the contrastive losses by name. They are weighted here as `Contrasts.terms`
    says. Losses that layers add with `add_loss` have weight 1.

    Metrics: `click_loss_<surface>`; each contrastive loss, with `contrasts_per_surface` of each surface;
    `matching_loss_<surface>` with `matching`; and the metrics of `SurfaceRanking`.

    Source: UniSAR (arXiv 2404.09520), joint training: the click losses of both surfaces plus the weighted contrastive
    losses. The matching loss is an addition of ours.
    """

    config: UniSARConfig
    contrasts: Contrasts
    popularity: ItemPopularity
    losses: list[Any]

    def create_metrics(self) -> None:
        """Creates the metrics; called once, by the model's constructor."""
        self.click_losses = {
            surface.value: keras.metrics.Mean(name=f"click_loss_{surface.value}") for surface in Surface
        }
        self.contrast_losses = {name: keras.metrics.Mean(name=name) for name in self.contrasts.terms}
        self.matching_losses = {}
        if self.config.matching:
            self.matching_losses = {
                surface.value: keras.metrics.Mean(name=f"matching_loss_{surface.value}") for surface in Surface
            }
        self.create_ranking_metrics()

    def loss_terms(self, x, y, y_pred, sample_weight, training) -> list[tuple[Surface | None, Any]]:
        """The terms of the joint loss of a batch; see `SurfaceRanking`.

        The click loss and the matching loss of a surface are its own, and with `contrasts_per_surface` its contrastive
        losses. Other contrastive losses and what layers add are of neither.
        """
        # Means are weighted by rows. A weight of 1 would be a constant, and the step that finds the data exhausted
        # still runs operations that depend on no data.
        rows = {surface: ops.shape(labels)[0] for surface, labels in y.items()}
        terms: list[tuple[Surface | None, Any]] = []
        for each in Surface:
            surface = each.value
            real = ops.not_equal(x[surface][features.CANDIDATE_ITEMS], PADDING)
            loss = click_loss(y[surface], y_pred[surface], real, _weights_of(surface, sample_weight))
            self.click_losses[surface].update_state(loss, sample_weight=rows[surface])
            terms.append((each, self.config.click_weight(each) * loss))
        for name, (weight, surfaces) in self.contrasts.terms.items():
            loss = ops.squeeze(y_pred[CONTRASTS][name], axis=0)
            self.contrast_losses[name].update_state(loss, sample_weight=sum(rows[each.value] for each in surfaces))
            terms.append((surfaces[0] if len(surfaces) == 1 else None, weight * loss))
        terms += [(None, loss) for loss in self.losses]
        if MATCHING in y_pred:
            losses = self._matching_losses(x, y, y_pred[MATCHING], sample_weight)
            terms += [(each, self.config.matching_weight * loss) for each, loss in losses.items()]
        return terms

    def _matching_losses(self, x, y, outputs: MatchingOutputs, sample_weight) -> dict[Surface, Any]:
        """The share of each surface in the mean of the matching losses of those that have rows. Updates the metrics."""
        losses, surfaces = {}, 0.0
        for surface, interest in outputs.interests.items():
            places = ops.expand_dims(ops.argmax(y[surface], axis=-1), -1)
            real = ops.any(ops.greater(y[surface], 0), axis=-1)
            wanted = ops.squeeze(ops.take_along_axis(x[surface][features.CANDIDATE_ITEMS], places, axis=-1), axis=-1)
            columns = ops.concatenate([wanted, outputs.drawn_items], axis=0)
            logits = ops.matmul(interest.state, ops.transpose(outputs.items(columns)))
            if interest.words is not None:
                logits = ops.add(logits, ops.matmul(interest.words, ops.transpose(outputs.items.texts(columns))))
            correction = self.config.popularity_correction * self.popularity.log_share(columns)
            weights = _weights_of(surface, sample_weight)
            loss = sampled_softmax(logits, wanted, columns, correction, real, weights)
            rows = ops.shape(wanted)[0]
            self.matching_losses[surface].update_state(loss, sample_weight=rows)
            has_rows = ops.cast(ops.greater(rows, 0), "float32")
            losses[Surface(surface)], surfaces = loss * has_rows, surfaces + has_rows
        return {surface: ops.divide(loss, ops.maximum(surfaces, 1.0)) for surface, loss in losses.items()}

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> dict[str, Any]:
        """Ranks the candidates of a batch."""
        self.update_ranking_metrics(y, {surface: y_pred[surface] for surface in y})
        return self.get_metrics_result()


def _weights_of(surface: str, sample_weight):
    """The weights of a surface's rows; None if they all count alike."""
    return None if sample_weight is None else sample_weight[surface][features.EXAMPLE_WEIGHT]
