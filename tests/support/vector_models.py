"""Signatures that tell vectors and similar items, all of which can be worked out by hand."""

from collections.abc import Mapping

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import RANK_SPECIFICATION

UNKNOWN = -1.0
DISTANCE = 8.0
"""Items are the less similar the further their scores lie apart; so far apart, they are not similar at all."""


def vector_signatures(catalogue: Mapping[str, float]) -> dict[str, tf.types.experimental.ConcreteFunction]:
    """`embed_user`, `embed_query`, `embed_item` and `similar_items` of a catalogue.

    A user's vector is the number of tokens and 1, a query's its number of letters and 0, an item's its score and 1;
    that of an unknown item is `UNKNOWN` and 1.

    Args:
        catalogue: Item id to score.
    """
    ids, scores = list(catalogue), list(catalogue.values())
    left_out = (signatures.RANK_QUERY, signatures.RANK_CANDIDATES)
    user_specification = {name: spec for name, spec in RANK_SPECIFICATION.items() if name not in left_out}
    item_id = tf.TensorSpec([None], tf.string, signatures.ITEM_ID)

    def score_of(items):
        is_item = tf.equal(items[:, tf.newaxis], ids)
        known = tf.reduce_any(is_item, axis=1)
        return tf.where(known, tf.reduce_sum(tf.where(is_item, scores, 0.0), axis=1), UNKNOWN), known

    @tf.function
    def embed_user(**request):
        is_token = tf.not_equal(request[signatures.RANK_HISTORY_SURFACES], "")
        tokens = tf.reduce_sum(tf.cast(is_token, tf.float32), axis=1)
        return {signatures.EMBEDDING: tf.stack([tokens, tf.ones_like(tokens)], axis=1)}

    @tf.function
    def embed_query(query):
        letters = tf.cast(tf.strings.length(query, unit="UTF8_CHAR"), tf.float32)
        return {signatures.EMBEDDING: tf.stack([letters, tf.zeros_like(letters)], axis=1)}

    @tf.function
    def embed_item(item_id):
        score, known = score_of(item_id)
        return {signatures.EMBEDDING: tf.stack([score, tf.ones_like(score)], axis=1), signatures.KNOWN: known}

    @tf.function
    def similar_items(item_id, k):
        score, known = score_of(item_id)
        similarity = 1.0 - tf.abs(score[:, tf.newaxis] - scores) / DISTANCE
        is_other = tf.logical_and(tf.not_equal(item_id[:, tf.newaxis], ids), known[:, tf.newaxis])
        best, places = tf.math.top_k(tf.where(is_other, similarity, 0.0), tf.minimum(tf.reduce_max(k), len(ids)))
        return {signatures.ITEMS: tf.where(best > 0, tf.gather(ids, places), ""), signatures.SCORES: best}

    return {
        signatures.EMBED_USER: embed_user.get_concrete_function(**user_specification),
        signatures.EMBED_QUERY: embed_query.get_concrete_function(RANK_SPECIFICATION[signatures.RANK_QUERY]),
        signatures.EMBED_ITEM: embed_item.get_concrete_function(item_id),
        signatures.SIMILAR_ITEMS: similar_items.get_concrete_function(
            item_id, tf.TensorSpec([None], tf.int32, signatures.K)
        ),
    }
