"""Computes what the UnifiedSSR authors' code computes where it departs from their paper. For parity tests only.

With `UnifiedSSRConfig.reference_peculiarities`, the classes here replace their base classes. They differ as follows:

* Every layer of the encoder is applied to the same input, so only the last layer counts.
* Only padding is masked. Each position sees later positions, and so its own target.
* Cross-attention uses the padding mask of the branch itself, not the mask of the other branch.
* The layer norm divides by the unbiased standard deviation plus 1e-6.
* Recommendation has no start position. The start position of search is the embedding of padding, and it is masked.
  Neither surface predicts the first event. A query without words is the embedding of the padding word.
* Windows lie in the padded length of the batch, and the averages that place them include padding. An event belongs to a
  session as a whole, or not at all: it does if its place lies between the window's ends, both included. So no gradient
  moves a window. A window may close, and it may leave the history.
* The losses see twice the encoding of an event that lies in any session. With `sessions_in_scores` the scores see it
  too, as in the authors' evaluation.
* The share of the product branch is a weight itself. A step that leads it out of 0.1 to 0.9 sets it back to the border.
* The cross-entropies are logarithms of rounded probabilities.

Source: the code of UnifiedSSR's authors, JennyXieJiayi/UnifiedSSR on GitHub.
"""

import math

import keras
from keras import ops

from models.layers.fast.layer_norm import LayerNorm
from models.layers.session_windows import SessionWindows
from models.layers.transformer.siamese_encoder_block import SiameseEncoderBlock
from models.registration import register
from models.unifiedssr.sequence_encoder import SequenceEncoder
from schemas.features import PADDING

_EPSILON = 1e-6
_LEAST_PROBABILITY = 1e-24


@register
class UnbiasedLayerNorm(LayerNorm):
    """Divides by the unbiased standard deviation plus epsilon."""

    def call(self, inputs):
        """Normalizes."""
        width = self.scale.shape[0]
        centered = ops.subtract(inputs, ops.mean(inputs, axis=-1, keepdims=True))
        variance = ops.divide(ops.sum(ops.square(centered), axis=-1, keepdims=True), width - 1)
        normalized = ops.divide(centered, ops.add(ops.sqrt(variance), _EPSILON))
        return ops.add(ops.multiply(normalized, self.scale), self.offset)


@register
class ReferenceSiameseEncoderBlock(SiameseEncoderBlock):
    """The block with the reference's norm."""

    def _make_norm(self, name: str) -> keras.layers.Layer:
        return UnbiasedLayerNorm(name=name, dtype=self.dtype_policy)


@register
class ReferenceSequenceEncoder(SequenceEncoder):
    """The encoder as the authors' code computes it. In recommendation, position 0 is empty."""

    def _make_block(self, name: str) -> keras.layers.Layer:
        config = self.config
        return ReferenceSiameseEncoderBlock(config.num_heads, config.feed_forward_dim, config.dropout, name=name)

    def _make_norm(self, name: str) -> keras.layers.Layer:
        return UnbiasedLayerNorm(name=name)

    def encode(self, embedding, sequences, item_table=None, training=False):
        """Encodes the branches."""
        users = embedding.users(ops.expand_dims(sequences.users, 1))

        def tokens(branch):
            return self.drop(self.positions(branch + users), training=training)

        ids = sequences.items[..., 0]
        if sequences.queries is None:
            own = tokens(embedding.items(ids))
            encoded = self._last_block(own, own, sequences.is_event, training)
            return (ops.pad(encoded, ((0, 0), (1, 0), (0, 0))),)
        products = tokens(embedding.items(ops.pad(ids, ((0, 0), (1, 0)), constant_values=PADDING)))
        wordless = ops.all(ops.equal(sequences.queries, PADDING), axis=-1, keepdims=True)
        padding_word = ops.multiply(embedding.texts.word_embedding[PADDING], math.sqrt(self.config.dim))
        queries = tokens(ops.where(wordless, padding_word, embedding.queries(sequences.queries)))
        has_product = ops.pad(sequences.is_event, ((0, 0), (1, 0)))
        has_query = ops.pad(sequences.is_event, ((0, 0), (1, 0)), constant_values=True)
        return (
            self._last_block(products, queries, has_product, training),
            self._last_block(queries, products, has_query, training),
        )

    def _last_block(self, own, memory, mask, training):
        return self.norm(self.blocks[-1](own, memory, mask, mask, training=training))


@register
class ReferenceSessionWindows(SessionWindows):
    """The windows as the authors' code computes them."""

    def _bias_of_a_part(self):
        """The bias with which a window reaches a quarter of a part to both sides, half of its part in all."""
        return 0.5 * math.log(5 / 3)

    def _reach(self, values):
        """Windows may close. Then no gradient opens them again."""
        return ops.relu(ops.tanh(values))

    def _middle(self, move):
        """Centres may leave the history."""
        return ops.arange(self.sessions, dtype="float32") + 0.5 + move

    def _extents(self, events, lengths):
        return ops.full((ops.shape(events)[0],), ops.shape(events)[1], dtype="float32")

    def _weights_in_parts(self, parts, events):
        """Adaptive average pooling: an event counts in full in every part that it touches."""
        length = ops.shape(events)[1]
        part, place = ops.arange(self.sessions, dtype="int32"), ops.arange(length, dtype="int32")
        first = ops.floor_divide(part * length, self.sessions)
        behind = -ops.floor_divide(-(part + 1) * length, self.sessions)
        inside = _between(place, ops.expand_dims(first, -1), ops.expand_dims(behind - 1, -1))
        return ops.expand_dims(ops.cast(inside, "float32"), 0)

    def _membership(self, windows, events, lengths):
        place = ops.arange(ops.shape(events)[1], dtype="float32")
        inside = _between(place, windows[..., :1], windows[..., 1:])
        real = ops.less(place, ops.reshape(ops.cast(lengths, "float32"), (-1, 1, 1)))
        return ops.cast(ops.logical_and(inside, real), "float32")


@register
class ClippedShare(keras.constraints.Constraint):
    """Keeps the share of the product branch from 0.1 to 0.9: a step beyond is set back to the border."""

    def __call__(self, value):
        """The nearest share in reach."""
        return ops.clip(value, 0.1, 0.9)


def doubled_in_sessions(branches, divided):
    """Adds its sessions to each event: the encoding of an event that lies in any session is doubled.

    If a window covers only a part of an event, that part is added.

    Args:
        branches: Float [batch, events + 1, dim] each.
        divided: The `Sessions` of each branch.
    """
    doubled = []
    for branch, sessions in zip(branches, divided, strict=True):
        factors = ops.add(ops.max(sessions.membership, axis=1), 1.0)
        factors = ops.pad(factors, ((0, 0), (1, 0)), constant_values=1.0)
        doubled.append(ops.multiply(branch, ops.expand_dims(factors, -1)))
    return tuple(doubled)


def without_first(target_ids):
    """The targets as the reference has them, with none at the first position: int [batch, positions, targets]."""
    return ops.pad(target_ids[:, 1:], ((0, 0), (1, 0), (0, 0)), constant_values=PADDING)


def rounded_cross_entropies(logits):
    """The cross-entropies of each logit's sigmoid for the truths 1 and 0, as a pair; each is at most 55.3."""
    probabilities = ops.divide(1.0, ops.add(1.0, ops.exp(ops.negative(logits))))
    return (
        ops.negative(ops.log(ops.add(probabilities, _LEAST_PROBABILITY))),
        ops.negative(ops.log(ops.add(ops.subtract(1.0, probabilities), _LEAST_PROBABILITY))),
    )


def _between(values, first, last):
    return ops.logical_and(ops.less_equal(first, values), ops.less_equal(values, last))
