"""The history alignment loss: brings the two transitions of one history close to each other."""

from typing import Any

import keras
from keras import ops

from models.layers.attention.dot_product_attention import HIDDEN
from models.losses.query_item_contrast import LOWEST_TEMPERATURE
from models.registration import register


@register
class HistoryAlignment(keras.layers.Layer):
    """InfoNCE between two views of each row's history, with the views of all other rows as negatives.

    Each view is the mean of its real tokens. Let z be the 2·batch means of both views. The similarity is
    `tanh(z · W · zᵀ) / temperature`; W and the temperature are learned. Each mean has to find the other view of its row
    among all means but itself.

    Source: UniSAR (arXiv 2404.09520), transition alignment. The learned W and temperature are those of its authors'
    code.

    Example:
    >>> first, second = np.ones((4, 5, 8), "float32"), np.ones((4, 5, 8), "float32")
    >>> loss = HistoryAlignment()(first, second, np.ones((4, 5), bool), np.ones(4, bool))
    >>> round(float(loss), 4)  # Equal views: each finds the right one among 7 by chance, ln 7.
    1.9459

    Args:
        temperature: The temperature before training. It never falls below 0.001.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        first: Float [batch, length, dim].
        second: Float [batch, length, dim], the other view of the same tokens.
        token_mask: Bool [batch, length]; True where the token is real.
        row_mask: Bool [batch]; True for rows that take part. Others neither count nor serve as negatives.

    Returns:
        Float32 scalar in nats; 0 if no row takes part.
    """

    def __init__(self, temperature: float = 0.1, **kwargs: Any):
        super().__init__(**kwargs)
        self.temperature = temperature

    def build(self, first_shape):
        """Creates W and the temperature."""
        dim = first_shape[-1]
        self.similarity = self.add_weight(name="similarity", shape=(dim, dim), initializer="glorot_normal")
        self.learned_temperature = self.add_weight(
            name="temperature", shape=(), initializer=keras.initializers.Constant(self.temperature)
        )
        self.built = True

    def call(self, first, second, token_mask, row_mask):
        """Computes the mean over both views of all rows that take part."""
        means = ops.concatenate([_masked_mean(first, token_mask), _masked_mean(second, token_mask)], axis=0)
        partners = ops.concatenate([_masked_mean(second, token_mask), _masked_mean(first, token_mask)], axis=0)
        takes_part = ops.concatenate([row_mask, row_mask], axis=0)
        temperature = ops.maximum(ops.cast(self.learned_temperature, "float32"), LOWEST_TEMPERATURE)
        left = ops.matmul(means, ops.cast(self.similarity, "float32"))
        positive = ops.divide(ops.tanh(ops.sum(ops.multiply(left, partners), axis=-1)), temperature)
        everyone = ops.divide(ops.tanh(ops.matmul(left, ops.transpose(means))), temperature)
        place = ops.arange(ops.shape(means)[0])
        others = ops.logical_and(
            ops.not_equal(ops.expand_dims(place, 0), ops.expand_dims(place, 1)), ops.expand_dims(takes_part, 0)
        )
        losses = ops.subtract(ops.logsumexp(ops.where(others, everyone, HIDDEN), axis=-1), positive)
        losses = ops.where(takes_part, losses, 0.0)
        count = ops.sum(ops.cast(takes_part, "float32"))
        return ops.divide(ops.sum(losses), ops.maximum(count, 1.0))

    def compute_output_shape(self, *_args, **_kwargs):
        """A scalar."""
        return ()

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "temperature": self.temperature}


def _masked_mean(sequence, token_mask):
    weights = ops.expand_dims(ops.cast(token_mask, "float32"), -1)
    total = ops.sum(ops.multiply(ops.cast(sequence, "float32"), weights), axis=1)
    return ops.divide(total, ops.maximum(ops.sum(weights, axis=1), 1.0))
