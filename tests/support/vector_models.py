"""Makes signatures that return vectors and similar items, which can all be worked out by hand."""

from collections.abc import Mapping

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import signature_of

UNKNOWN = -1.0
DISTANCE = 8.0
"""The similarity of two items falls with the distance of their scores. At this distance it is 0."""


def vector_signatures(catalogue: Mapping[str, float]) -> dict[str, tf.types.experimental.ConcreteFunction]:
    """Makes `embed_user`, `embed_query`, `embed_item` and `similar_items` of a catalogue.

    A user's vector is (number of tokens, 1), a query's is (number of letters, 0), an item's is (score, 1). An unknown
    item has the score UNKNOWN.

    Args:
        catalogue: The score of each item id.
    """
    ids, scores = list(catalogue), list(catalogue.values())

    def score_of(items):
        is_item = tf.equal(items[:, tf.newaxis], ids)
        known = tf.reduce_any(is_item, axis=1)
        return tf.where(known, tf.reduce_sum(tf.where(is_item, scores, 0.0), axis=1), UNKNOWN), known

    @signature_of(signatures.EMBED_USER)
    def embed_user(**request):
        is_token = tf.not_equal(request[signatures.RANK_HISTORY_SURFACES], "")
        tokens = tf.reduce_sum(tf.cast(is_token, tf.float32), axis=1)
        return {signatures.EMBEDDING: tf.stack([tokens, tf.ones_like(tokens)], axis=1)}

    @signature_of(signatures.EMBED_QUERY)
    def embed_query(query):
        letters = tf.cast(tf.strings.length(query, unit="UTF8_CHAR"), tf.float32)
        return {signatures.EMBEDDING: tf.stack([letters, tf.zeros_like(letters)], axis=1)}

    @signature_of(signatures.EMBED_ITEM)
    def embed_item(item_id):
        score, known = score_of(item_id)
        return {signatures.EMBEDDING: tf.stack([score, tf.ones_like(score)], axis=1), signatures.KNOWN: known}

    @signature_of(signatures.SIMILAR_ITEMS)
    def similar_items(item_id, k):
        score, known = score_of(item_id)
        similarity = 1.0 - tf.abs(score[:, tf.newaxis] - scores) / DISTANCE
        is_other = tf.logical_and(tf.not_equal(item_id[:, tf.newaxis], ids), known[:, tf.newaxis])
        best, places = tf.math.top_k(tf.where(is_other, similarity, 0.0), tf.minimum(tf.reduce_max(k), len(ids)))
        return {signatures.ITEMS: tf.where(best > 0, tf.gather(ids, places), ""), signatures.SCORES: best}

    return {
        signatures.EMBED_USER: embed_user,
        signatures.EMBED_QUERY: embed_query,
        signatures.EMBED_ITEM: embed_item,
        signatures.SIMILAR_ITEMS: similar_items,
    }
