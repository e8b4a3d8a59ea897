"""A model that likes what begins like the history, and says so: for whoever serves or shows explanations."""

from collections.abc import Mapping
from pathlib import Path

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import RANK_SPECIFICATION
from tests.support.saved_models import save_atomically

BASE_SCORES = {"a1": 0.5, "a2": 0.4, "b1": 0.35, "b2": 0.3, "c1": 0.2, "c2": 0.1, "d1": 0.05, "d2": 0.01}
"""What items of `save_explaining_model` score by themselves; others 0."""
SAME_LETTER = 3.0
"""What a token weighs whose first item begins as the candidate does; others weigh 1."""


def explain_by_first_letters() -> tf.types.experimental.ConcreteFunction:
    """An `explain` signature, without scores of items by themselves.

    A token weighs SAME_LETTER where its first item begins as the candidate does, else 1, over the sum of its surface. A
    candidate's score is its own and 1 for each such token; where the query begins like it, 1 more.
    """
    return _explain({}).get_concrete_function(**RANK_SPECIFICATION)


def save_explaining_model(path: Path) -> None:
    """Saves a model with that signature, with BASE_SCORES, and with the `rank` that goes with it."""
    explain = _explain(BASE_SCORES)

    @tf.function
    def rank(**request):
        return {signatures.SCORES: explain(**request)[signatures.SCORES]}

    saved = {
        signatures.RANK: rank.get_concrete_function(**RANK_SPECIFICATION),
        signatures.EXPLAIN: explain.get_concrete_function(**RANK_SPECIFICATION),
    }
    save_atomically(tf.Module(), path, saved)


def _explain(base_scores: Mapping[str, float]):
    @tf.function
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
