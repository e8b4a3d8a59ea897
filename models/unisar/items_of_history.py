"""The items of both histories as one, with their ages; and the newest query."""

from typing import Any, NamedTuple

from keras import ops

from schemas import features
from schemas.features import PADDING


class ItemsOfHistory(NamedTuple):
    """The items of both histories side by side.

    Attributes:
        items: Int [batch, length], 0 for padding.
        weights: Float [batch, length, 3]: whether it is the newest item; 1 / (1 + age) as a share of the history's; and
            1. All are 0 for padding.
        newest_item: Int [batch], 0 if there is none.
    """

    items: Any
    weights: Any
    newest_item: Any

    @classmethod
    def of(cls, inputs) -> "ItemsOfHistory":
        """Those of the features `MODEL_INPUTS`."""
        clicked, feed = inputs[features.SEARCH_ITEMS], inputs[features.RECOMMENDATION_ITEMS]
        batch, searches, clicks = ops.shape(clicked)
        is_session = ops.not_equal(inputs[features.SEARCH_KINDS], PADDING)
        is_click = ops.logical_and(ops.not_equal(clicked, PADDING), ops.expand_dims(is_session, -1))
        # The items of a session follow one another at its place.
        sessions = inputs[features.SEARCH_POSITIONS]
        places = ops.expand_dims(sessions * clicks, -1) + ops.cast(ops.arange(clicks), sessions.dtype)
        items = ops.concatenate([feed, ops.reshape(clicked, (batch, searches * clicks))], axis=1)
        real = ops.concatenate(
            [ops.not_equal(feed, PADDING), ops.reshape(is_click, (batch, searches * clicks))], axis=1
        )
        order = ops.concatenate(
            [
                inputs[features.RECOMMENDATION_POSITIONS] * clicks,
                ops.reshape(places, (batch, searches * clicks)),
            ],
            axis=1,
        )
        order = ops.where(real, order + 1, 0)
        newest = ops.max(order, axis=1, keepdims=True, initial=0)
        is_newest = ops.logical_and(real, ops.equal(order, newest))
        age = ops.floor_divide(newest - 1, clicks) - ops.floor_divide(order - 1, clicks)
        decayed = ops.where(real, ops.divide(1.0, 1.0 + ops.cast(ops.maximum(age, 0), "float32")), 0.0)
        total = ops.maximum(ops.sum(decayed, axis=1, keepdims=True), 1e-6)
        weights = [ops.cast(is_newest, "float32"), ops.divide(decayed, total), ops.cast(real, "float32")]
        newest_item = ops.sum(ops.where(is_newest, items, 0), axis=1)
        return cls(ops.where(real, items, PADDING), ops.stack(weights, axis=-1), newest_item)

    def newest(self, count: int) -> "ItemsOfHistory":
        """The newest items, at most `count` of them; clicks of one session are as old as it is."""
        length = self.items.shape[1]
        if length is not None and length <= count:
            return self
        count = ops.minimum(count, ops.shape(self.items)[1])
        # The decayed weight falls with age, and that of padding is 0.
        places = ops.argsort(-self.weights[..., 1], axis=1)[:, :count]
        return ItemsOfHistory(
            ops.take_along_axis(self.items, places, axis=1),
            ops.take_along_axis(self.weights, ops.expand_dims(places, -1), axis=1),
            self.newest_item,
        )


def newest_query(inputs):
    """The words of the newest search session: int [batch, words]; padding if there is none."""
    is_session = ops.not_equal(inputs[features.SEARCH_KINDS], PADDING)
    order = ops.where(is_session, inputs[features.SEARCH_POSITIONS] + 1, 0)
    newest = ops.max(order, axis=1, keepdims=True, initial=1)
    is_newest = ops.expand_dims(ops.equal(order, newest), -1)
    return ops.sum(ops.where(is_newest, inputs[features.SEARCH_WORDS], PADDING), axis=1)
