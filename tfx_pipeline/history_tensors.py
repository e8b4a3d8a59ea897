"""From a history as it stands in a tf.Example to tensors of fixed length.

In an example, the tokens of a row stand flat: kinds and item counts have one value a token, queries one a search token,
and the items of all tokens follow one another (`schemas.features`). Here they are cut into the two histories that the
models take, each with the newest tokens kept, oldest first, padding at the end.
"""

import dataclasses

import tensorflow as tf

from schemas.canonical_event import Surface


@dataclasses.dataclass(frozen=True)
class FlatHistory:
    """The tokens of a batch.

    Attributes:
        kinds: int64 [batch, (tokens)], `Surface.token_kind` of each.
        item_counts: int64 [batch, (tokens)], how many items each token has.
        items: int64 [all items of the batch], item indices.
        words: int64 [all search tokens of the batch, query words], word indices.
    """

    kinds: tf.RaggedTensor
    item_counts: tf.RaggedTensor
    items: tf.Tensor
    words: tf.Tensor


def recommendation_part(history: FlatHistory, length: int) -> tuple[tf.Tensor, tf.Tensor]:
    """The newest recommendation tokens.

    Returns:
        Item indices and places in the merged history, both int64 [batch, length].
    """
    counts = history.item_counts.flat_values
    first_item = tf.cumsum(counts, exclusive=True)
    is_token = tf.logical_and(
        tf.equal(history.kinds.flat_values, Surface.RECOMMENDATION.token_kind), tf.greater(counts, 0)
    )
    items = tf.gather(history.items, tf.boolean_mask(first_item, is_token))
    return (
        _newest(items, history.kinds, is_token, length),
        _newest(tf.boolean_mask(_places(history), is_token), history.kinds, is_token, length),
    )


def search_part(history: FlatHistory, length: int, items_per_session: int) -> dict[str, tf.Tensor]:
    """The newest search tokens.

    Returns:
        `words` int64 [batch, length, query words], `items` int64 [batch, length, items_per_session], `positions` and
        `kinds` int64 [batch, length], where kinds are 1 for a session and 0 for padding.
    """
    is_token = tf.equal(history.kinds.flat_values, Surface.SEARCH.token_kind)
    items = tf.RaggedTensor.from_row_lengths(history.items, history.item_counts.flat_values)
    items = tf.ragged.boolean_mask(items, is_token)[:, -items_per_session:]
    items = items.to_tensor(shape=[None, items_per_session])
    return {
        "words": _newest(history.words, history.kinds, is_token, length),
        "items": _newest(items, history.kinds, is_token, length),
        "positions": _newest(tf.boolean_mask(_places(history), is_token), history.kinds, is_token, length),
        "kinds": _newest(tf.ones_like(items[:, 0]), history.kinds, is_token, length),
    }


def _places(history: FlatHistory) -> tf.Tensor:
    """The place of each token in its row's merged history, flat."""
    return tf.ragged.range(history.kinds.row_lengths()).flat_values


def _newest(values: tf.Tensor, kinds: tf.RaggedTensor, is_token: tf.Tensor, length: int) -> tf.Tensor:
    """Puts the values of the tokens chosen by `is_token` into rows and keeps the last `length` of each."""
    rows = tf.boolean_mask(kinds.value_rowids(), is_token)
    ragged = tf.RaggedTensor.from_value_rowids(values, rows, nrows=kinds.nrows())
    return ragged[:, -length:].to_tensor(shape=[None, length, *values.shape[1:]])
