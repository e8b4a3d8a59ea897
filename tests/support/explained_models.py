"""Saves a model that prefers candidates with the first letter of history items, and explains its scores so."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import signature_of
from tests.support.saved_models import save_atomically

BASE_SCORES = {"a1": 0.5, "a2": 0.4, "b1": 0.35, "b2": 0.3, "c1": 0.2, "c2": 0.1, "d1": 0.05, "d2": 0.01}
"""Scores that items of `save_explaining_model` have by themselves; other items have 0."""
SAME_LETTER = 3.0
"""The weight of a token whose first item has the candidate's first letter; other tokens weigh 1."""


def explain_by_first_letters() -> tf.types.experimental.ConcreteFunction:
    """Makes an `explain` signature whose items have no scores by themselves.

    A token weighs SAME_LETTER if its first item has the candidate's first letter, else 1, divided by the sum of the
    token's surface. A candidate scores 1 for each such token, and 1 more if the query has the same first letter.
    """
    return _explain({})


def save_explaining_model(path: Path) -> None:
    """Saves a model with such an `explain` signature and a matching `rank`. Scores in BASE_SCORES are added."""
    explain = _explain(BASE_SCORES)

    @signature_of(signatures.RANK)
    def rank(**request):
        return {signatures.SCORES: explain(**request)[signatures.SCORES]}

    save_atomically(tf.Module(), path, {signatures.RANK: rank, signatures.EXPLAIN: explain})


def _explain(base_scores: Mapping[str, float]) -> tf.types.experimental.ConcreteFunction:
    @signature_of(signatures.EXPLAIN)
    def explain(**request):
        candidates, surfaces = request[signatures.RANK_CANDIDATES], request[signatures.RANK_HISTORY_SURFACES]
        first_items = request[signatures.RANK_HISTORY_ITEMS][:, :, 0]
        is_alike = _first(candidates)[:, :, tf.newaxis] == _first(first_items)[:, tf.newaxis]
        is_alike = tf.logical_and(is_alike, tf.not_equal(surfaces, "")[:, tf.newaxis])
        liking = tf.where(is_alike, SAME_LETTER, 1.0)
        weights = tf.zeros_like(liking)
        for surface in ("recommendation", "search"):
            of_surface = liking * tf.cast(tf.equal(surfaces, surface), tf.float32)[:, tf.newaxis]
            weights += tf.math.divide_no_nan(of_surface, tf.reduce_sum(of_surface, axis=2, keepdims=True))
        is_searched = tf.logical_and(
            _first(candidates) == _first(request[signatures.RANK_QUERY])[:, tf.newaxis], tf.not_equal(candidates, "")
        )
        scores = tf.reduce_sum(tf.cast(is_alike, tf.float32), axis=2) + tf.cast(is_searched, tf.float32)
        for item_id, score in base_scores.items():
            scores += tf.where(tf.equal(candidates, item_id), score, 0.0)
        return {signatures.SCORES: scores, signatures.HISTORY_WEIGHTS: weights}

    return explain


def _first(texts: tf.Tensor) -> tf.Tensor:
    return tf.strings.substr(texts, 0, 1)
