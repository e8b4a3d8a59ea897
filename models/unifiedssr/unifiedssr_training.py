"""The losses and metrics that UnifiedSSR trains with, as a mix-in of the model."""

from collections.abc import Mapping
from typing import Any, Final

import keras
from keras import ops

from models.losses.next_item_loss import binary_next_item_loss, cross_entropies, softmax_next_item_loss
from models.losses.random_choice import draw_distinct
from models.losses.session_similarity import session_alignment, session_discrimination
from models.metrics.surface_ranking import SurfaceRanking
from models.unifiedssr.reference.peculiarities import (
    doubled_in_sessions,
    rounded_cross_entropies,
    without_first,
)
from models.unifiedssr.sequences import target_weights, targets
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from schemas import features
from schemas.canonical_event import Surface
from schemas.features import PADDING

BRANCHES: Final = "branches"
LOGITS: Final = "logits"
_HISTORY_WEIGHTS: Final = {
    Surface.RECOMMENDATION: features.RECOMMENDATION_WEIGHTS,
    Surface.SEARCH: features.SEARCH_WEIGHTS,
}


class JointTraining(SurfaceRanking):
    """Gives a model that encodes joint batches what `fit` and `evaluate` need; mixed in before `keras.Model`.

    `fit` takes pairs of a joint batch and its labels, `{"recommendation": float [rows, candidates], "search": ...}`; or
    triples with weights, `{"recommendation": {"example_weight": float [rows], "recommendation_weights": ...}, "search":
    ...}`. Weights of rows' targets and of histories count in the next-item losses (`weighted_mean`), not in metrics or
    the session losses, which know no targets.
    Either side may have no rows or be left out. So a batch may hold one surface, as in the paper, or both. Each row is
    a sequence: the history, then the labelled candidate. The other candidates count in the metrics only, because the
    losses draw their own negatives.

    Metrics: `next_item_loss_<surface>`; `session_loss_<surface>` if the model has sessions; and the ranking metrics of
    `SurfaceRanking`.

    Source: UnifiedSSR (arXiv 2310.13921), joint pre-training. Its loss of a surface is the next-item loss plus
    `session_weight` (the paper's alpha) times the session losses.
    """

    config: UnifiedSSRConfig
    embedding: Any
    session_windows: Any
    popularity: Any
    negative_seed: keras.random.SeedGenerator
    product_share: Any
    sequences: Any
    divide: Any

    def create_metrics(self) -> None:
        """Creates the metrics; called once, by the model's constructor."""
        self.next_item_losses = {
            each.value: keras.metrics.Mean(name=f"next_item_loss_{each.value}") for each in Surface
        }
        self.session_losses = {}
        if self.session_windows is not None:
            self.session_losses = {
                each.value: keras.metrics.Mean(name=f"session_loss_{each.value}") for each in Surface
            }
        self.create_ranking_metrics()

    def loss_terms(self, x, y, y_pred, sample_weight, training) -> list[tuple[Surface | None, Any]]:
        """The terms of the joint loss of a batch, each of one surface; see `SurfaceRanking`."""
        weights = {
            Surface.RECOMMENDATION: self.config.recommendation_weight,
            Surface.SEARCH: self.config.search_weight,
        }
        terms: list[tuple[Surface | None, Any]] = []
        for surface, weight in weights.items():
            if surface.value in y_pred:
                inputs, labels = x[surface.value], y[surface.value]
                weights_of = None if sample_weight is None else sample_weight[surface.value]
                branches = y_pred[surface.value][BRANCHES]
                loss = self._surface_loss(surface, inputs, labels, branches, weights_of, training)
                terms.append((surface, weight * loss))
        return terms

    def _surface_loss(self, surface: Surface, inputs, labels, branches, weights_of, training):
        sequences, rows = self.sequences(inputs, surface), ops.shape(labels)[0]
        final = _labelled(inputs[features.CANDIDATE_ITEMS], labels)
        target_ids = targets(sequences, final, self.config.every_position)
        total = 0.0
        if self.session_windows is not None:
            divided = self.divide(branches, sequences)
            loss = session_loss(divided, self.config.discrimination_weight, self.config.alignment_weight)
            self.session_losses[surface.value].update_state(loss, sample_weight=rows)
            total += self.config.session_weight * loss
            if self.config.reference_peculiarities or self.config.sessions_in_scores:
                branches = doubled_in_sessions(branches, divided)
        if self.config.reference_peculiarities:
            target_ids = without_first(target_ids)
        weights = None
        if weights_of is not None:
            history = weights_of[_HISTORY_WEIGHTS[surface]]
            weights = target_weights(sequences, weights_of[features.EXAMPLE_WEIGHT], history)
        loss = self.next_item_loss(branches, target_ids, weights, training)
        self.next_item_losses[surface.value].update_state(loss, sample_weight=rows)
        return total + loss

    def next_item_loss(self, branches, target_ids, weights=None, training=False):
        """The next-item loss of one surface, against negatives drawn for this step.

        Args:
            branches: Float [batch, positions, dim] each.
            target_ids: Int [batch, positions, targets]; padding does not count.
            weights: Float like `target_ids`; None weighs all alike.
            training: Whether ids of items are dropped.

        Returns:
            Float32 scalar. Two branches' losses are added, weighted by their learned shares.
        """
        if self.config.loss == "softmax":
            return self._softmax_loss(branches, target_ids, weights, training)
        items, count = self.embedding.vocabulary.items, self.config.negatives
        if self.config.distinct_negatives:
            negative_ids = draw_distinct(target_ids[..., 0], count, items, self.negative_seed)
        else:
            shape = (*ops.shape(target_ids)[:2], count)
            negative_ids = keras.random.randint(shape, PADDING + 1, items, seed=self.negative_seed)
        is_negative = ops.logical_not(_is_hit(negative_ids, target_ids))
        return self.binary_loss(branches, target_ids, negative_ids, is_negative, weights, training)

    def binary_loss(self, branches, target_ids, negative_ids, is_negative, weights=None, training=False):
        """The binary next-item loss of one surface, against given negatives.

        Args:
            branches: Float [batch, positions, dim] each.
            target_ids: Int [batch, positions, targets]; padding does not count.
            negative_ids: Int [batch, positions, negatives].
            is_negative: Bool like `negative_ids`.
            weights: Float like `target_ids`; None weighs all alike.
            training: Whether ids of items are dropped.
        """
        items = self.embedding.items(ops.concatenate([target_ids, negative_ids], axis=-1), training=training)
        is_target = ops.not_equal(target_ids, PADDING)
        entropies = rounded_cross_entropies if self.config.reference_peculiarities else cross_entropies
        masks = is_target, is_negative
        return self._in_shares(
            [binary_next_item_loss(branch, items, *masks, entropies, weights) for branch in branches]
        )

    def _softmax_loss(self, branches, target_ids, weights, training):
        negative_ids = self.popularity.draw(self.config.softmax_negatives)
        embedded = [self.embedding.items(ids, training=training) for ids in (target_ids, negative_ids)]
        masks = ops.not_equal(target_ids, PADDING), _is_hit(negative_ids, target_ids)
        correction = self.config.popularity_correction
        offsets = [ops.multiply(correction, self.popularity.log_share(ids)) for ids in (target_ids, negative_ids)]
        return self._in_shares(
            [softmax_next_item_loss(branch, *embedded, *masks, *offsets, weights) for branch in branches]
        )

    def _in_shares(self, losses):
        """Adds the losses of the branches, weighted by their learned shares."""
        if len(losses) == 1:
            return losses[0]
        share = self.product_share
        return share * losses[0] + (1 - share) * losses[1]

    def compute_metrics(self, x, y, y_pred, sample_weight=None) -> Mapping[str, Any]:
        """Ranks the candidates of a batch."""
        self.update_ranking_metrics(y, {name: y_pred[name][LOGITS] for name in y if LOGITS in y_pred[name]})
        return self.get_metrics_result()


def session_loss(divided, discrimination_weight: float = 1.0, alignment_weight: float = 1.0):
    """The session loss of one surface: session discrimination of each branch, minus the alignment of two branches.

    Source: UnifiedSSR (arXiv 2310.13921), intent-oriented session modelling.

    Args:
        divided: The `Sessions` of each branch, one or two.
        discrimination_weight: Weight of session discrimination.
        alignment_weight: Weight of the alignment.

    Returns:
        Float32 scalar.
    """
    loss = discrimination_weight * sum(session_discrimination(each.encodings, each.occupied) for each in divided)
    if len(divided) == 2:
        first, second = divided
        alignment = session_alignment(first.encodings, second.encodings, first.occupied, second.occupied)
        loss -= alignment_weight * alignment
    return loss


def _is_hit(negative_ids, target_ids):
    """True where a negative is a target of its own position: bool [batch, positions, negatives]."""
    return ops.any(ops.equal(ops.expand_dims(negative_ids, -1), ops.expand_dims(target_ids, -2)), axis=-1)


def _labelled(candidates, labels):
    """The labelled candidate of each row; padding where a row has none: int [rows]."""
    place = ops.expand_dims(ops.argmax(labels, axis=-1), -1)
    found = ops.squeeze(ops.take_along_axis(candidates, place, axis=-1), axis=-1)
    return ops.where(ops.any(ops.greater(labels, 0), axis=-1), found, PADDING)
