"""Small SavedModels that retrieve from a catalogue of their own, with answers that can be worked out by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf

from schemas import signatures
from tests.support.rank_models import RANK_SPECIFICATION

QUERY_BONUS = 8.0

_RETRIEVAL_SPECIFICATION = {
    **{name: spec for name, spec in RANK_SPECIFICATION.items() if name != signatures.RANK_CANDIDATES},
    signatures.K: tf.TensorSpec([None], tf.int32, signatures.K),
    signatures.EXCLUDE_SEEN: tf.TensorSpec([None], tf.bool, signatures.EXCLUDE_SEEN),
    signatures.CATEGORY: tf.TensorSpec([None, None], tf.string, signatures.CATEGORY),
}


class Retriever(tf.Module):
    """Finds the items with the highest scores of their own; an item that is the query itself gets QUERY_BONUS more.

    The category of an item, at the only level, is its name's first letter.
    """

    def __init__(self, catalogue: Mapping[str, float]):
        """Takes item ids and their scores, which go into a variable: no loader may forget to fill it."""
        super().__init__()
        self.item_ids = tf.constant(list(catalogue))
        self.item_scores = tf.Variable(list(catalogue.values()), dtype=tf.float32)

    def best(self, request: Mapping[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """Answers a request without candidates, and with or without a query."""
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
        return {signatures.ITEMS: tf.where(kept, found, ""), signatures.SCORES: tf.where(kept, values, 0.0)}

    def scores(self, candidates: tf.Tensor) -> dict[str, tf.Tensor]:
        """Scores candidates as `best` does for a recommendation; those that it does not know get 0."""
        is_item = tf.equal(candidates[:, :, tf.newaxis], self.item_ids)
        return {signatures.SCORES: tf.reduce_sum(tf.where(is_item, self.item_scores, 0.0), axis=2)}


def retrieval_signatures(retriever: Retriever, context: Mapping[str, tf.DType] | None = None) -> dict:
    """The functions `recommend`, `search` and `rank`; `context` names inputs that are asked for and not used."""
    further = {name: tf.TensorSpec([None], dtype, name) for name, dtype in (context or {}).items()}

    @tf.function
    def search(**request):
        return retriever.best(request)

    @tf.function
    def recommend(**request):
        return retriever.best(request)

    @tf.function
    def rank(**request):
        return retriever.scores(request[signatures.RANK_CANDIDATES])

    wanted = _RETRIEVAL_SPECIFICATION | further
    without_query = {name: spec for name, spec in wanted.items() if name != signatures.RANK_QUERY}
    return {
        signatures.SEARCH: search.get_concrete_function(**wanted),
        signatures.RECOMMEND: recommend.get_concrete_function(**without_query),
        signatures.RANK: rank.get_concrete_function(**RANK_SPECIFICATION, **further),
    }


def save_retrieval_model(
    folder: Path,
    catalogue: Mapping[str, float],
    context: Mapping[str, tf.DType] | None = None,
    left_out: Sequence[str] = (),
    further: Mapping[str, tf.types.experimental.ConcreteFunction] | None = None,
) -> str:
    """Saves a retriever.

    Args:
        folder: Where to.
        catalogue: Item id to score.
        context: Further inputs of its signatures, and their types.
        left_out: Signatures that it shall lack.
        further: Signatures that it shall have too.
    """
    retriever = Retriever(catalogue)
    saved = retrieval_signatures(retriever, context) | dict(further or {})
    tf.saved_model.save(
        retriever, str(folder), signatures={name: each for name, each in saved.items() if name not in left_out}
    )
    return str(folder)
