"""Merges the lists of several sources into one, by quotas."""

from collections.abc import Sequence
from typing import NamedTuple

import tensorflow as tf

from tfx_pipeline.export.sources.weighted_lists import NO_PLACE


class SourceList(NamedTuple):
    """What one source offers.

    Attributes:
        source: The number of the source.
        places: Int32 [batch, any], the items, best first, filled up with `NO_PLACE`.
        quota: How many of them count as offered: the first ones.
        after: How many whole lists come before it: the items at the places from `after` on.
    """

    source: int
    places: tf.Tensor
    quota: int
    after: int = 0


def merged(lists: Sequence[SourceList], columns: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mixes lists in proportion to their quotas, each item once.

    The item at place p of a list with the quota q stands at p / q. So all lists are through at the same time, and any
    beginning of the result has of each source its share. At equal places, the earlier list comes first. An item that
    several lists have is the one's that has it first.

    Args:
        lists: The lists.
        columns: How many items of a row are wanted, an int32 scalar.

    Returns:
        The items, and the numbers of their sources; both int32 [batch, at most columns]. At a place without an item,
        the item is `NO_PLACE`.
    """
    places = tf.concat([each.places for each in lists], axis=1)
    sources = tf.concat([tf.fill([tf.shape(each.places)[1]], each.source) for each in lists], axis=0)
    turns = tf.concat([_turns(each) for each in lists], axis=0)
    order = tf.argsort(turns, stable=True)
    places, sources = tf.gather(places, order, axis=1), tf.gather(sources, order)
    left_out = tf.logical_or(_repeats(places), tf.equal(places, NO_PLACE))
    kept = tf.argsort(tf.cast(left_out, tf.int32), axis=1, stable=True)[:, :columns]
    is_item = tf.logical_not(tf.gather(left_out, kept, batch_dims=1))
    return tf.where(is_item, tf.gather(places, kept, batch_dims=1), NO_PLACE), tf.gather(sources, kept)


def _turns(offered: SourceList) -> tf.Tensor:
    places = tf.range(1, tf.shape(offered.places)[1] + 1)
    return tf.cast(places, tf.float32) / float(offered.quota) + float(offered.after)


def _repeats(values: tf.Tensor) -> tf.Tensor:
    """Whether a value stands earlier in its row, too: int [batch, n] to bool [batch, n]."""
    order = tf.argsort(values, axis=1, stable=True)
    ordered = tf.gather(values, order, batch_dims=1)
    again = tf.pad(tf.equal(ordered[:, 1:], ordered[:, :-1]), [[0, 0], [1, 0]])[:, : tf.shape(values)[1]]
    return tf.gather(again, tf.argsort(order, axis=1), batch_dims=1)
