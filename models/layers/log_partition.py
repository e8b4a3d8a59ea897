"""The logarithm of a softmax's denominator over the whole catalogue, which fixes the level of its logits."""

from typing import Any

import keras
import numpy as np
from keras import ops

from models.registration import register
from schemas.features import PADDING

_NEVER = -1e9
"""The log weight of a place of the sample that holds no item."""


@register
class LogPartition(keras.layers.Layer):
    """Estimates log Σ exp(logit) over all items from a fixed sample of them.

    A softmax loss sees differences of logits alone, so a model that it trains may give all items of a request logits
    of 20 or of -20. Less the log partition function, a logit is the log-likelihood of an item among all. Its sigmoid
    then tells items apart where that of the raw logit is 1 in float32 for all of them.

    The sample is every item of a catalogue of at most `sample` items, so the sum is exact. Of a larger one it is every
    n-th item in the order of the vocabulary, which is that of popularity. It is a weight of the model, so that items
    that are added later (`tandem index`) leave the scores of the others as they are.

    Source: the estimate of a softmax's denominator from a sample (Bengio and Senécal 2008). It is an addition of ours
    to UnifiedSSR, whose binary loss fixes the level of logits itself.

    Example:
    >>> partition = LogPartition(items=5)  # Padding, three items, and the unknown item.
    >>> partition.build()
    >>> ops.convert_to_numpy(partition.rows)[:4].tolist()
    [1, 2, 3, 0]
    >>> vectors = np.zeros((1024, 2), "float32")  # All logits are 0: the sum is 3.
    >>> round(float(ops.exp(partition(np.ones((1, 2), "float32"), vectors)[0])), 4)
    3.0

    Args:
        items: Number of item indices, with padding, the first, and the unknown item, the last. Neither is summed.
        sample: Number of places in the sample.
        **kwargs: Passed to `keras.layers.Layer`.

    Call arguments:
        requests: Float [batch, dim].
        vectors: Float [sample, dim], the vectors of the items `rows`.

    Returns:
        Float32 [batch].
    """

    def __init__(self, items: int, sample: int = 1024, **kwargs: Any):
        super().__init__(**kwargs)
        self.items = items
        self.sample = sample

    def build(self, requests_shape=None, vectors_shape=None):
        """Creates the sample; nothing depends on the shapes of the inputs."""
        real_items = max(self.items - 2, 1)
        taken = min(real_items, self.sample)
        rows, log_weights = np.full(self.sample, PADDING, "int32"), np.full(self.sample, _NEVER, "float32")
        # The middle of each of `taken` equal parts of the vocabulary.
        rows[:taken] = PADDING + 1 + ((np.arange(taken) + 0.5) * real_items / taken).astype("int32")
        log_weights[:taken] = np.log(real_items / taken)
        self.rows = self.add_weight(name="rows", shape=(self.sample,), dtype="int32", trainable=False)
        self.log_weights = self.add_weight(
            name="log_weights", shape=(self.sample,), dtype="float32", trainable=False, autocast=False
        )
        self.rows.assign(rows)
        self.log_weights.assign(log_weights)
        self.built = True

    def call(self, requests, vectors):
        """Sums over the sample, in float32."""
        requests, vectors = (ops.cast(each, "float32") for each in (requests, vectors))
        logits = ops.matmul(requests, ops.transpose(vectors))
        return ops.logsumexp(ops.add(logits, self.log_weights), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), "items": self.items, "sample": self.sample}
