"""Stores the sequences of a batch without padding, so that no layer computes on padding."""

from typing import Any, NamedTuple

import keras
from keras import ops

from models.layers.fast.reshaping import reshape

SHAPES_MAY_DEPEND_ON_VALUES = keras.backend.backend() != "jax"
"""Whether the backend can compile a step whose shapes depend on the values in the batch. Packing needs that."""


class Packing(NamedTuple):
    """Where each real token of a padded batch is when the real tokens are stored one after the other.

    A packed batch of sequences is one tensor [tokens, dim]. Layers that treat each token separately run on it directly.
    Attention unpacks it with `Packing`. The batch's first place is always among the tokens, even if it is padding, so
    that there is always something to compute. Values at padding are meaningless, packed or padded, and no real token
    may read them.

    Source: ours; values and gradients are those of the padded batch.

    Example:
    >>> packing = Packing.of(np.array([[True, True, False], [True, False, False]]))
    >>> packed = packing.pack(np.arange(6).reshape(2, 3, 1))
    >>> ops.convert_to_numpy(packed).flatten().tolist()
    [0, 1, 3]

    Attributes:
        mask: Bool [batch, length]; True where the token is real.
        places: Int32 [tokens], the place of each token in the flattened batch: row · length + column.
        slots: Int32 [batch · length], the index of the token at each place; 0 at padding.
        columns: Int32 [tokens], the place of each token in its sequence.
        real: Bool [tokens]. Only the first token can be False.
    """

    mask: Any
    places: Any
    slots: Any
    columns: Any
    real: Any

    @classmethod
    def of(cls, mask) -> "Packing":
        """Makes the packing of a padded batch from its mask."""
        flat = ops.reshape(mask, (-1,))
        stored = ops.logical_or(flat, ops.equal(ops.arange(ops.shape(flat)[0], dtype="int32"), 0))
        places = ops.cast(ops.nonzero(stored)[0], "int32")
        order = ops.cumsum(ops.cast(stored, "int32")) - 1
        return cls(
            mask=mask,
            places=places,
            slots=ops.where(flat, order, 0),
            columns=ops.mod(places, ops.shape(mask)[1]),
            real=ops.take(flat, places),
        )

    def pack(self, padded):
        """Packs [batch, length, ...] to [tokens, ...]."""
        flat = ops.reshape(padded, (-1, *padded.shape[2:]))
        return ops.take(flat, self.places, axis=0)

    def tokens_before(self, row):
        """How many tokens are stored in front of those of a row: an int scalar."""
        return ops.sum(ops.cast(ops.less(self.places, row * ops.shape(self.mask)[1]), "int32"))

    def unpack(self, packed):
        """Unpacks [tokens, dim] to [batch, length, dim]. Padding is meaningless, and no gradient may reach it."""
        batch, length = ops.shape(self.mask)
        return reshape(take_apart(packed, self.slots, self.places), (batch, length, packed.shape[-1]))

    def to_heads(self, fused, parts: int, num_heads: int):
        """Unpacks queries, keys and values to padded heads.

        Args:
            fused: Float [tokens, parts · dim].
            parts: Number of parts side by side in the last axis.
            num_heads: Number of heads; it divides dim.

        Returns:
            A list of float [heads, batch, length, dim / heads], one for each part.
        """
        pieces = parts * num_heads
        head_dim = fused.shape[-1] // pieces
        piece = ops.arange(pieces, dtype="int32")
        batch, length = ops.shape(self.mask)
        forward = ops.add(ops.multiply(ops.expand_dims(self.slots, 0), pieces), ops.expand_dims(piece, 1))
        backward = ops.add(ops.expand_dims(self.places, 1), ops.multiply(piece, batch * length))
        by_head = take_apart(
            ops.reshape(fused, (-1, head_dim)), ops.reshape(forward, (-1,)), ops.reshape(backward, (-1,))
        )
        return ops.unstack(reshape(by_head, (parts, num_heads, batch, length, head_dim)), num=parts, axis=0)

    def from_heads(self, heads):
        """Packs [heads, batch, length, head dim] to [tokens, heads · head dim].

        Padding gets meaningless gradients, so what was computed there must have had weight 0.
        """
        num_heads, head_dim = heads.shape[0], heads.shape[-1]
        head = ops.arange(num_heads, dtype="int32")
        batch, length = ops.shape(self.mask)
        forward = ops.add(ops.expand_dims(self.places, 1), ops.multiply(head, batch * length))
        backward = ops.add(ops.multiply(ops.expand_dims(self.slots, 0), num_heads), ops.expand_dims(head, 1))
        packed = take_apart(
            ops.reshape(heads, (-1, head_dim)),
            ops.reshape(forward, (-1,)),
            ops.reshape(backward, (-1,)),
        )
        return ops.reshape(packed, (-1, num_heads * head_dim))


class Flattening(NamedTuple):
    """Stores all tokens of a padded batch one after the other, padding included. It has the methods of `Packing`.

    It is for few rows, where finding the real tokens costs more than computing on padding. Only attention has to
    reshape to [batch, length].

    Attributes:
        mask: Bool [batch, length]; True where the token is real.
        real: Bool [batch · length].
    """

    mask: Any
    real: Any

    @classmethod
    def of(cls, mask) -> "Flattening":
        """Makes the flattening of a padded batch from its mask."""
        return cls(mask=mask, real=ops.reshape(mask, (-1,)))

    def pack(self, padded):
        """Flattens [batch, length, ...] to [batch · length, ...]."""
        return ops.reshape(padded, (-1, *padded.shape[2:]))

    def tokens_before(self, row):
        """As `Packing.tokens_before`."""
        return row * ops.shape(self.mask)[1]

    def unpack(self, flat):
        """Reshapes [batch · length, dim] to [batch, length, dim]."""
        batch, length = ops.shape(self.mask)
        return reshape(flat, (batch, length, flat.shape[-1]))

    def to_heads(self, fused, parts: int, num_heads: int):
        """As `Packing.to_heads`."""
        batch, length = ops.shape(self.mask)
        head_dim = fused.shape[-1] // (parts * num_heads)
        by_head = ops.transpose(ops.reshape(fused, (-1, parts * num_heads, head_dim)), (1, 0, 2))
        return ops.unstack(reshape(by_head, (parts, num_heads, batch, length, head_dim)), num=parts, axis=0)

    def from_heads(self, heads):
        """As `Packing.from_heads`."""
        num_heads, head_dim = heads.shape[0], heads.shape[-1]
        by_head = ops.transpose(ops.reshape(heads, (num_heads, -1, head_dim)), (1, 0, 2))
        return ops.reshape(by_head, (-1, num_heads * head_dim))


LAYOUTS = (Packing, Flattening)
"""The classes that may replace a bool mask. They say that the sequence is [tokens, dim]."""


def padded(sequence, mask):
    """A sequence as [batch, length, dim]. It is so already with a bool mask; a layout unpacks it."""
    return mask.unpack(sequence) if isinstance(mask, LAYOUTS) else sequence


def bool_mask(mask):
    """The bool mask [batch, length], given that mask or a layout."""
    return mask.mask if isinstance(mask, LAYOUTS) else mask


def take_apart(values, places, origins):
    """Takes rows, with a gradient that is a lookup too. The derived gradient would have to add up rows.

    Args:
        values: Float [n, dim].
        places: Int32 [m], the row that goes to each place.
        origins: Int32 [n], the place that each row went to. A row that went to several places gets the gradient of this
            place alone. A row that went nowhere gets the gradient of another row's place. Nothing may depend on either.

    Returns:
        Float [m, dim].
    """

    @ops.custom_gradient
    def take(rows):
        def gradient(*args, upstream=None):
            if upstream is None:
                (upstream,) = args
            return ops.take(upstream, origins, axis=0)

        return ops.take(rows, places, axis=0), gradient

    return take(values)
