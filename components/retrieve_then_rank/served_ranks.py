"""`catalogue_ranks` of the composed model: the rank of each example's positive in the answer that is served."""

from collections.abc import Callable, Mapping

import tensorflow as tf

from components.input_specs import input_specs
from components.retrieve_then_rank.example_request import example_request
from schemas import signatures
from schemas.canonical_event import Surface

Signature = Callable[..., dict[str, tf.Tensor]]

# Far below `signatures.MOST_CANDIDATES`, which one request of `rank` may have.
_CANDIDATES_AT_ONCE = 1 << 14
_HASHES = 2**63 - 1
_AHEAD, _UNSEEN_AHEAD, _FOUND = range(3)


def served_ranks_signature(
    answers: Mapping[Surface, Signature],
    inputs: Mapping[Surface, Mapping[str, tf.TensorSpec]],
    vectors: Signature,
    retrieved: int,
) -> Signature:
    """The function of the signature.

    Each example is asked as a client would ask, for as many items as are handed over to the ranker: once with the items
    of its history and, where it has any, once without (`exclude_seen`). The rank of a positive is its place in the
    answer. One that was not handed over stands after all that were, at their number plus its rank by the retriever's
    vectors. That is never better than its true place: some of the items before it count twice, once as handed over and
    once as nearer.

    An answer without the history cannot hold a positive that is in it (a repeat). So `UNSEEN_RANKS` takes a repeat's
    rank from the answer with the history, without the other items of the history that stand before it.

    Args:
        answers: `recommend` and `search` of the composed model.
        inputs: Their inputs by name.
        vectors: `catalogue_ranks` of the retriever.
        retrieved: How many items are handed over.

    Returns:
        A tf.function with the outputs of `schemas.signatures.CATALOGUE_RANKS`, those of composed models, too.
    """
    context = sorted({name for each in inputs.values() for name in each} - {*signatures.REQUEST_INPUTS})
    at_once = max(1, _CANDIDATES_AT_ONCE // retrieved)

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(input_specs(signatures.CATALOGUE_RANKS).values()), autograph=False)
    def catalogue_ranks(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        by_vectors = vectors(**{signatures.EXAMPLES: examples})
        vector_ranks = by_vectors[signatures.RANKS]
        # A retriever that was exported by an older version does not tell the second.
        unseen_vector_ranks = by_vectors.get(signatures.UNSEEN_RANKS, vector_ranks)
        told = example_request(examples, context)
        is_known = tf.greater(vector_ranks, 0)
        is_own = tf.logical_and(_are_among(told.positives[:, tf.newaxis], told.history)[:, 0], is_known)
        has_unseen = tf.logical_and(is_known, tf.reduce_any(tf.not_equal(told.history, ""), axis=1))
        has_unseen = tf.logical_and(has_unseen, tf.logical_not(is_own))

        # All rows with the history come first, then the same rows without it.
        batch = tf.shape(examples)[0]
        wanted, surfaces = tf.concat([is_known, has_unseen], axis=0), tf.tile(told.surfaces, [2])

        def counted(surface: Surface) -> tf.Tensor:
            """Asks the rows that are wanted of a surface, int32 [2 · batch, 3]; all other rows are 0."""
            rows = tf.where(tf.logical_and(wanted, tf.equal(surfaces, surface.value)))[:, 0]

            def ask(first: tf.Tensor, counts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
                chosen = tf.cast(rows[first : first + at_once], tf.int32)
                size, examples_asked = tf.shape(chosen)[0], chosen % batch
                asked = {name: tf.gather(each, examples_asked) for name, each in told.inputs.items()} | {
                    signatures.K: tf.fill([size], retrieved),
                    signatures.EXCLUDE_SEEN: tf.greater_equal(chosen, batch),
                    signatures.CATEGORY: tf.fill([size, 1], ""),
                }
                answer = answers[surface](**{name: asked[name] for name in inputs[surface]})
                found = _counts(
                    answer[signatures.ITEMS],
                    tf.gather(told.positives, examples_asked),
                    tf.gather(told.history, examples_asked),
                )
                return first + at_once, tf.tensor_scatter_nd_update(counts, chosen[:, tf.newaxis], found)

            start = (tf.constant(0), tf.zeros([2 * batch, 3], tf.int32))
            return tf.while_loop(lambda first, _: first < tf.size(rows), ask, start, parallel_iterations=1)[1]

        with_all, without_own = tf.split(tf.add_n([counted(surface) for surface in Surface]), 2)
        unseen = tf.where(has_unseen[:, tf.newaxis], without_own, with_all)
        return {
            signatures.RANKS: _ranks(with_all, _AHEAD, vector_ranks),
            signatures.UNSEEN_RANKS: _ranks(unseen, _UNSEEN_AHEAD, unseen_vector_ranks),
            signatures.VECTOR_RANKS: vector_ranks,
            signatures.UNSEEN_VECTOR_RANKS: unseen_vector_ranks,
        }

    return catalogue_ranks


def _ranks(counts: tf.Tensor, ahead: int, vector_ranks: tf.Tensor) -> tf.Tensor:
    """The ranks, int64 [batch]; 0 for a positive that the retriever does not know: nothing was asked about it."""
    behind = tf.where(tf.greater(counts[:, _FOUND], 0), tf.ones_like(vector_ranks), vector_ranks)
    return tf.cast(counts[:, ahead], tf.int64) + behind


def _counts(items: tf.Tensor, positives: tf.Tensor, history: tf.Tensor) -> tf.Tensor:
    """Counts the items that stand before each positive.

    Args:
        items: String [batch, any], the answer, best first, padded with the empty string.
        positives: String [batch].
        history: String [batch, any], padded with the empty string.

    Returns:
        Int32 [batch, 3]: how many items stand before it, or in the whole answer if the positive is not there; how many
        of these are not in the history; 1 if the positive is there, else 0.
    """
    is_positive = tf.cast(tf.equal(items, positives[:, tf.newaxis]), tf.int32)
    is_ahead = tf.logical_and(tf.equal(tf.cumsum(is_positive, axis=1), 0), tf.not_equal(items, ""))
    is_unseen = tf.logical_and(is_ahead, tf.logical_not(_are_among(items, history)))
    counts = [tf.math.count_nonzero(each, axis=1, dtype=tf.int32) for each in (is_ahead, is_unseen)]
    return tf.stack([*counts, tf.reduce_max(tf.pad(is_positive, [[0, 0], [0, 1]]), axis=1)], axis=1)


def _are_among(values: tf.Tensor, sets: tf.Tensor) -> tf.Tensor:
    """Whether each value is in the set of its row: string [batch, n] and [batch, members] to bool [batch, n].

    It compares 63-bit hashes, which takes far less time than comparing strings.
    """
    wanted, members = (tf.strings.to_hash_bucket_fast(each, _HASHES) for each in (values, sets))
    return tf.reduce_any(tf.equal(wanted[:, :, tf.newaxis], members[:, tf.newaxis, :]), axis=2)
