"""Sequences of a batch without their padding, so that no layer works on it."""

from typing import Any, NamedTuple

import keras
from keras import ops

from models.layers.fast.reshaping import reshape

SHAPES_MAY_DEPEND_ON_VALUES = keras.backend.backend() != "jax"
"""Whether the backend can compile a step whose shapes depend on what is in the batch. Packing needs that."""


class Packing(NamedTuple):
    """Where the real tokens of a padded batch lie when they are stored one after the other.

    Packed, a batch of sequences is one [tokens, dim]: layers that treat each token by itself run on it as it is, and
    attention takes it apart by `Packing`. The batch's first place is always among the tokens, real or not: there is
    never nothing to compute. What stands at places that are not real means nothing, packed or padded, and no real token
    may read it.

    Example:
    >>> packing = Packing.of(np.array([[True, True, False], [True, False, False]]))
    >>> packed = packing.pack(np.arange(6).reshape(2, 3, 1))
    >>> ops.convert_to_numpy(packed).flatten().tolist()
    [0, 1, 3]

    Attributes:
        mask: Bool [batch, length]; True where the token is real.
        places: Int32 [tokens], the place of each token in the flattened batch, row · length + column.
        slots: Int32 [batch · length], the index of each place's token; 0 at padding.
        columns: Int32 [tokens], the place of each token in its sequence.
        real: Bool [tokens]; False at most for the first token.
    """

    mask: Any
    places: Any
    slots: Any
    columns: Any
    real: Any

    @classmethod
    def of(cls, mask) -> "Packing":
        """The packing of a padded batch, from its mask."""
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
        """[batch, length, ...] as [tokens, ...]."""
        flat = ops.reshape(padded, (-1, *padded.shape[2:]))
        return ops.take(flat, self.places, axis=0)

    def unpack(self, packed):
        """[tokens, dim] as [batch, length, dim]; what stands at padding means nothing, and no gradient may reach it."""
        batch, length = ops.shape(self.mask)
        return reshape(take_apart(packed, self.slots, self.places), (batch, length, packed.shape[-1]))

    def to_heads(self, fused, parts: int, num_heads: int):
        """Packed queries, keys and values as padded heads.

        Args:
            fused: Float [tokens, parts · dim].
            parts: How many parts lie side by side.
            num_heads: Divides dim.

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
        """[heads, batch, length, head dim] as packed [tokens, heads · head dim].

        Places of padding get gradients that mean nothing: what was computed there must have weighed nothing.
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
    """All tokens of a padded batch one after the other, padding included; used as `Packing` is.

    For few rows, where finding the real tokens costs more than computing the others: every layer but attention is
    spared taking apart and putting together [batch, length].

    Attributes:
        mask: Bool [batch, length]; True where the token is real.
        real: Bool [batch · length].
    """

    mask: Any
    real: Any

    @classmethod
    def of(cls, mask) -> "Flattening":
        """The flattening of a padded batch, from its mask."""
        return cls(mask=mask, real=ops.reshape(mask, (-1,)))

    def pack(self, padded):
        """[batch, length, ...] as [batch · length, ...]."""
        return ops.reshape(padded, (-1, *padded.shape[2:]))

    def unpack(self, flat):
        """[batch · length, dim] as [batch, length, dim]."""
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
"""What may stand in place of a bool mask, and says that the sequence is [tokens, dim]."""


def padded(sequence, mask):
    """A sequence as [batch, length, dim], given with its bool mask (it is so already) or with its layout."""
    return mask.unpack(sequence) if isinstance(mask, LAYOUTS) else sequence


def bool_mask(mask):
    """The bool mask [batch, length] of a sequence that is given with it or with its layout."""
    return mask.mask if isinstance(mask, LAYOUTS) else mask


def take_apart(values, places, origins):
    """Takes rows, with a gradient that is a lookup too, where the derived one would have to add up rows.

    Args:
        values: Float [n, dim].
        places: Int32 [m], the row to put at each place.
        origins: Int32 [n], the place that each row went to. A row that went to several has its gradient from this one
            alone, and one that went nowhere gets that of another: both must be rows that nothing depends on.

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
