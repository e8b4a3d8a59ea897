"""From the logits of a model to the scores that a signature answers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from schemas.score_map import ScoreMap
from tfx_pipeline.export.catalogue import item_lists

_NO_MAPS: Final[Mapping[str, ScoreMap]] = MappingProxyType({})
_BY_INDEX: Final = sorted(Surface, key=lambda surface: surface.model_index)


class ServedScores:
    """Turns logits into scores: sigmoids or, where scores are calibrated, those of a line through the logits.

    A calibrated score is computed in float64 and then rounded. In float32, an intercept that is large beside a logit
    would take its last digits, and two items that differ would become equal. What float32 itself cannot tell apart
    stays equal: scores within 2^-25 of 1 are 1, calibrated or not.

    Args:
        maps: The line of each calibrated surface, by its value. None: scores are plain sigmoids, in float32.
    """

    def __init__(self, maps: Mapping[str, ScoreMap] | None = None):
        self._maps = maps or _NO_MAPS

    def of_candidates(self, logits: tf.Tensor, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        """The scores of candidates of rows of any surface: float32 [batch, candidates].

        Args:
            logits: Float [batch, candidates].
            inputs: The model's inputs.
        """
        # Padding is no item, so it gets the lowest probability.
        is_item = tf.not_equal(inputs[features.CANDIDATE_ITEMS], features.PADDING)
        return tf.where(is_item, self._scores(logits, inputs), 0.0)

    def of_list(self, logits: tf.Tensor, surface: Surface) -> tf.Tensor:
        """The scores of items that were found for requests of one surface: float32; `NO_ITEM` stays."""
        is_item = tf.greater(logits, item_lists.NO_ITEM)
        if not self._maps:
            return tf.where(is_item, tf.sigmoid(logits), item_lists.NO_ITEM)
        line = self._maps.get(surface.value, ScoreMap())
        return tf.where(is_item, _calibrated(logits, line.slope, line.intercept), item_lists.NO_ITEM)

    def _scores(self, logits: tf.Tensor, inputs: dict[str, tf.Tensor]) -> tf.Tensor:
        if not self._maps:
            return tf.sigmoid(tf.cast(logits, tf.float32))
        lines = [self._maps.get(surface.value, ScoreMap()) for surface in _BY_INDEX]
        surfaces = inputs[features.SURFACE_INDEX]
        slopes, intercepts = (
            tf.gather(tf.constant(values, tf.float64), surfaces)[:, tf.newaxis]
            for values in ([line.slope for line in lines], [line.intercept for line in lines])
        )
        return _calibrated(logits, slopes, intercepts)


def _calibrated(logits: tf.Tensor, slopes: tf.Tensor | float, intercepts: tf.Tensor | float) -> tf.Tensor:
    return tf.cast(tf.sigmoid(slopes * tf.cast(logits, tf.float64) + intercepts), tf.float32)
