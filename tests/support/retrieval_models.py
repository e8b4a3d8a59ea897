"""Saves small models that retrieve from their own catalogue, with answers that can be worked out by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import signature_of

QUERY_BONUS = 8.0


class Retriever(tf.Module):
    """Finds the items with the highest scores. An item whose id is the query gets QUERY_BONUS more.

    The category of an item, which has one level, is the first letter of its id.
    """

    def __init__(
        self,
        catalogue: Mapping[str, float],
        sources: Mapping[str, str] | None = None,
        shares: Mapping[str, float] | None = None,
    ):
        """Takes item ids and scores, and the source and the share of engagements of each item, if it is to tell them.

        The scores are a variable, so that tests notice if a loader does not fill it.
        """
        super().__init__()
        self.sources = tf.constant([sources[item] for item in catalogue]) if sources else None
        self.item_ids = tf.Variable(list(catalogue), trainable=False)
        if shares:  # As an export holds them, most popular items first.
            ordered = sorted(shares, key=lambda item: -shares[item])
            self.popularity = tf.Module()
            self.popularity.rows = tf.Variable([list(catalogue).index(item) for item in ordered])
            self.popularity.shares = tf.Variable([shares[item] for item in ordered])
        self.item_scores = tf.Variable(list(catalogue.values()), dtype=tf.float32)

    def best(self, request: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Answers a retrieval request, with or without a query."""
        k = request[signatures.K]
        scores = tf.repeat(self.item_scores[tf.newaxis], tf.shape(k)[0], axis=0)
        if signatures.RANK_QUERY in request:
            is_query = tf.equal(request[signatures.RANK_QUERY][:, tf.newaxis], self.item_ids)
            scores += QUERY_BONUS * tf.cast(is_query, tf.float32)
        items = request[signatures.RANK_HISTORY_ITEMS]
        seen = tf.reshape(items, [tf.shape(items)[0], -1])
        is_seen = tf.reduce_any(tf.equal(seen[:, :, tf.newaxis], self.item_ids), axis=1)
        left_out = tf.logical_and(is_seen, request[signatures.EXCLUDE_SEEN][:, tf.newaxis])
        asked = request[signatures.CATEGORY]
        is_of = tf.equal(asked[:, :, tf.newaxis], tf.strings.substr(self.item_ids, 0, 1, unit="UTF8_CHAR"))
        is_of = tf.reduce_all(tf.logical_or(tf.equal(asked, "")[:, :, tf.newaxis], is_of), axis=1)
        scores = tf.where(tf.logical_or(left_out, tf.logical_not(is_of)), float("-inf"), scores)
        width = tf.reduce_max(tf.concat([k, [0]], axis=0))
        best = tf.math.top_k(scores, tf.minimum(width, tf.shape(scores)[1]))
        lacking = [[0, 0], [0, width - tf.shape(best.values)[1]]]
        values = tf.pad(best.values, lacking, constant_values=float("-inf"))
        found = tf.pad(tf.gather(self.item_ids, best.indices), lacking, constant_values="")
        kept = tf.logical_and(tf.sequence_mask(k, width), values > float("-inf"))
        answer = {signatures.ITEMS: tf.where(kept, found, ""), signatures.SCORES: tf.where(kept, values, 0.0)}
        if self.sources is None:
            return answer
        told = tf.pad(tf.gather(self.sources, best.indices), lacking, constant_values="")
        # Nothing is known of a row without a history.
        told = tf.where(tf.reduce_all(tf.equal(seen, ""), axis=1, keepdims=True), "popularity", told)
        return answer | {signatures.SOURCES: tf.where(kept, told, "")}

    def scores(self, candidates: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores candidates as `best` does without a query. Unknown candidates get 0."""
        is_item = tf.equal(candidates[:, :, tf.newaxis], self.item_ids)
        return {signatures.SCORES: tf.reduce_sum(tf.where(is_item, self.item_scores, 0.0), axis=2)}


def save_retrieval_model(
    folder: Path,
    catalogue: Mapping[str, float],
    context: Mapping[str, tf.DType] | None = None,
    left_out: Sequence[str] = (),
    further: Mapping[str, tf.types.experimental.ConcreteFunction] | None = None,
    sources: Mapping[str, str] | None = None,
    shares: Mapping[str, float] | None = None,
) -> str:
    """Saves a retriever with `recommend`, `search` and `rank`.

    Args:
        folder: The folder to save into.
        catalogue: The score of each item id.
        context: Further inputs of the signatures, which do not use them, and their types.
        left_out: Signatures that the model shall not have.
        further: Further signatures.
        sources: The source of each item; None for a model that tells none, as older versions made them.
        shares: Each item's share of all engagements; None for a model that does not hold them.
    """
    retriever = Retriever(catalogue, sources, shares)
    answers = {
        signatures.RECOMMEND: lambda **request: retriever.best(request),
        signatures.SEARCH: lambda **request: retriever.best(request),
        signatures.RANK: lambda **request: retriever.scores(request[signatures.RANK_CANDIDATES]),
    }
    saved = {name: signature_of(name, context)(answer) for name, answer in answers.items() if name not in left_out}
    tf.saved_model.save(retriever, str(folder), signatures=saved | dict(further or {}))
    return str(folder)


def priors_by_letters() -> tf.types.experimental.ConcreteFunction:
    """Makes an `item_prior` that tells the number of an item's letters, which no list adds."""

    @signature_of(signatures.ITEM_PRIOR)
    def item_prior(item_id):
        return {signatures.PRIOR: tf.cast(tf.strings.length(item_id, unit="UTF8_CHAR"), tf.float32)}

    return item_prior
