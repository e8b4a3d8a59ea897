"""How popular each item is: draws items by popularity, and gives its logarithm to correct losses."""

from typing import Any

import keras
from keras import ops

from models.registration import register
from schemas.features import PADDING


@register
class ItemPopularity(keras.layers.Layer):
    """Draws items in proportion to their engagement counts plus one.

    Source: sampled softmax with log-popularity correction (Bengio and Senécal 2008; Yi et al. 2019). It is an addition
    of ours to both papers.

    Example:
    >>> popularity = ItemPopularity(items=4)
    >>> popularity.build()
    >>> popularity.set_counts(np.array([0, 2, 0, 0]))  # One more than counted: 3, 1 and 1 of 5.
    >>> round(float(ops.exp(popularity.log_share(np.array([1]))[0])), 4)
    0.6

    Args:
        items: Number of items, padding included. Padding is never drawn.
        **kwargs: Passed to `keras.layers.Layer`.
    """

    def __init__(self, items: int, **kwargs: Any):
        super().__init__(**kwargs)
        self.items = items
        self.seed = keras.random.SeedGenerator()

    def build(self, input_shape=None):
        """Creates the tables. All items are equally popular until `set_counts` is called."""
        self.log_shares = self.add_weight(name="log_shares", shape=(self.items,), initializer="zeros", trainable=False)
        self.shares_up_to = self.add_weight(
            name="shares_up_to", shape=(self.items,), initializer="zeros", trainable=False
        )
        self.built = True
        self.set_counts(ops.zeros((self.items,)))

    def set_counts(self, counts) -> None:
        """Sets how often each item was engaged with.

        Args:
            counts: Int [items].
        """
        shares = ops.convert_to_numpy(counts).astype("float64") + 1
        shares[PADDING] = 0
        shares /= shares.sum()
        self.shares_up_to.assign(shares.cumsum())
        shares[PADDING] = 1
        self.log_shares.assign(ops.log(shares))

    def draw(self, count: int):
        """Draws items, with replacement: int32 [count]."""
        places = ops.searchsorted(
            ops.convert_to_tensor(self.shares_up_to),
            keras.random.uniform((count,), dtype="float32", seed=self.seed),
            side="right",
        )
        return ops.clip(ops.cast(places, "int32"), PADDING + 1, self.items - 1)

    def log_share(self, ids):
        """The logarithm of each item's share of all engagements: int [...] to float32 [...]."""
        return ops.take(ops.cast(self.log_shares, "float32"), ids)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "items": self.items}
