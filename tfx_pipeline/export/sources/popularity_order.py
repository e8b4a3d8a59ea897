"""The items in the order of their popularity, and the share of all engagements that each has."""

import numpy as np
import tensorflow as tf

from tfx_pipeline.export.sources.weighted_lists import NO_PLACE


class PopularityOrder(tf.Module):
    """Numbers the real items by popularity: place 0 is the item that training was engaged with most.

    Of equally popular items, the one whose row comes first stands first. The item vocabulary is sorted by clicks, too.

    Attributes:
        items: How many real items there are.
        rows: Int32 [items], the row of the item table at each place.
        places: Int32 [rows], the place of each row; `NO_PLACE` of padding and of the unknown item.
        shares: Float32 [items], by place: the share of all engagements, each item counted once more: none has 0.

    Args:
        engagements: Int [rows], how often training was engaged with the item of each row of the item table. The first
            row is padding, the last the unknown item.
    """

    def __init__(self, engagements: np.ndarray):
        super().__init__(name="popularity")
        own = np.asarray(engagements, np.int64)[1:-1]
        order = np.argsort(-own, kind="stable")
        places = np.full(len(own) + 2, NO_PLACE, np.int32)
        places[order + 1] = np.arange(len(own))
        self.items = len(own)
        self.rows = tf.Variable((order + 1).astype(np.int32), trainable=False, name="popular_rows")
        self.places = tf.Variable(places, trainable=False, name="popularity_places")
        shares = (own[order] + 1) / max((own + 1).sum(), 1)
        self.shares = tf.Variable(shares.astype(np.float32), trainable=False, name="popularity_shares")
