"""`recommend` and `search`: the best items of the whole catalogue."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from schemas import signatures
from schemas.canonical_event import Surface
from tfx_pipeline import history_request
from tfx_pipeline.retrieval_index import RetrievalIndex
from tfx_pipeline.serving_transform import ServingTransform

_HASHES = 2**63 - 1
_INPUTS = {
    signatures.K: tf.TensorSpec([None], tf.int32, signatures.K),
    signatures.EXCLUDE_SEEN: tf.TensorSpec([None], tf.bool, signatures.EXCLUDE_SEEN),
}
_FIRST_ITEM = 1


class Retrieval:
    """Finds the best items for encoded requests.

    Args:
        index: Over the real items of the catalogue: all but the first row of its table (padding) and the last (what is
            unknown), neither of which can be answered.
        item_table: Float [items, dim], the whole table.
        item_ids: String [items], the name of each row.
    """

    def __init__(self, index: RetrievalIndex, item_table: tf.Variable, item_ids: tf.Variable):
        self._index = index
        self._item_table = item_table
        self._item_ids = item_ids
        self._real_items = item_table.shape[0] - 2

    def best(
        self, requests: tf.Tensor, k: tf.Tensor, exclude_seen: tf.Tensor, seen: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Finds the best items.

        Args:
            requests: Float [batch, dim], what `model.encode_requests` returned.
            k: Int32 [batch], how many items each row asks for.
            exclude_seen: Bool [batch], whether a row's seen items are left out.
            seen: String [batch, items], what each row has seen, empty strings between.

        Returns:
            String [batch, largest k], best first, and their logits, float32. Where a row has no item, the string is
            empty and the logit minus infinity.
        """
        with tf.control_dependencies([_check(k)]):
            columns = tf.reduce_max(tf.concat([k, [0]], axis=0))
        excluded = tf.where(exclude_seen[:, tf.newaxis], seen, "")
        most_excluded = tf.reduce_max(tf.math.count_nonzero(tf.not_equal(excluded, ""), axis=1, dtype=tf.int32))
        wanted = tf.minimum(columns + tf.maximum(most_excluded, 0), self._real_items)
        places = self._index.nearest(tf.cast(requests, tf.float32), wanted)
        rows = tf.maximum(places, 0) + _FIRST_ITEM
        items = tf.gather(self._item_ids, rows)
        left_out = tf.logical_or(tf.less(places, 0), _contains(excluded, items))
        logits = tf.where(left_out, -float("inf"), self._scores(requests, rows))
        # What is left out moves to the end, and gives way to the items that were asked for beyond the columns.
        logits, order = tf.math.top_k(logits, tf.minimum(columns, wanted))
        items = tf.gather(items, order, batch_dims=1)
        missing = [[0, 0], [0, columns - tf.shape(logits)[1]]]
        items = tf.pad(items, missing, constant_values="")
        logits = tf.pad(logits, missing, constant_values=-float("inf"))
        asked_for = tf.less(tf.range(columns)[tf.newaxis], k[:, tf.newaxis])
        is_item = tf.logical_and(asked_for, tf.greater(logits, -float("inf")))
        return tf.where(is_item, items, ""), tf.where(is_item, logits, -float("inf"))

    def _scores(self, requests: tf.Tensor, rows: tf.Tensor) -> tf.Tensor:
        """The products as the model computes them for candidates, whatever the index rounds: float32 as `rows`."""
        vectors = tf.gather(self._item_table, rows)
        return tf.cast(tf.squeeze(tf.matmul(vectors, requests[:, :, tf.newaxis]), axis=-1), tf.float32)


def retrieval_signatures(
    encode: Callable, transform: ServingTransform, retrieval: Retrieval, context: Sequence[str]
) -> dict[str, Callable]:
    """The functions of the signatures `recommend` and `search`.

    Args:
        encode: From the features that `transform` returns to float [batch, dim].
        transform: The Transform graph.
        retrieval: Of the items that are to be found.
        context: What the model is told of the moment of a request.

    Returns:
        tf.functions by the signatures' names.
    """

    def signature(surface: Surface) -> Callable:
        specs = history_request.input_specs(context, with_query=surface is Surface.SEARCH) | _INPUTS

        # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
        @tf.function(input_signature=list(specs.values()), autograph=False)
        def answer(*given: tf.Tensor) -> dict[str, tf.Tensor]:
            request = dict(zip(specs, given, strict=True))
            k, exclude_seen = request.pop(signatures.K), request.pop(signatures.EXCLUDE_SEEN)
            surfaces = tf.fill(tf.shape(k), surface.value)
            requests = encode(transform(history_request.raw_features(request, surfaces)))
            items, logits = retrieval.best(requests, k, exclude_seen, history_request.seen_items(request))
            return {signatures.ITEMS: items, signatures.SCORES: tf.sigmoid(logits)}

        return answer

    return {
        signatures.RECOMMEND: signature(Surface.RECOMMENDATION),
        signatures.SEARCH: signature(Surface.SEARCH),
    }


def _check(k: tf.Tensor) -> tf.Operation:
    in_range = tf.logical_and(tf.greater_equal(k, 1), tf.less_equal(k, signatures.LARGEST_K))
    message = f"`{signatures.K}` should be from 1 to {signatures.LARGEST_K}. Received:"
    return tf.debugging.Assert(tf.reduce_all(in_range), [message, k])


def _contains(sets: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Whether each value is in the set of its row: string [batch, members] and [batch, n] to bool [batch, n].

    By 63 bits of hash, since comparing the strings themselves would take longer than finding them.
    """
    members, wanted = (tf.strings.to_hash_bucket_fast(each, _HASHES) for each in (sets, values))
    return tf.reduce_any(tf.equal(wanted[:, :, tf.newaxis], members[:, tf.newaxis, :]), axis=2)
