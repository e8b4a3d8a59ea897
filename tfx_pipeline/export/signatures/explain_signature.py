"""`explain`: the scores of candidates, and how much each token of the history weighed for each candidate."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, signatures
from schemas.canonical_event import Surface
from tfx_pipeline.export import rank_request
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.ranking_signatures import probabilities

_PLACES = {
    Surface.RECOMMENDATION.value: (features.RECOMMENDATION_POSITIONS, features.RECOMMENDATION_ITEMS),
    Surface.SEARCH.value: (features.SEARCH_POSITIONS, features.SEARCH_KINDS),
}
"""For the history of each surface, two features: its tokens' places in the history of both surfaces, and a feature that
is padding at places without a token."""


def explain_signature(model: keras.Model, transform: ServingTransform, item_table: Any) -> Callable:
    """The function of the signature.

    Args:
        model: A built model with `explain(inputs, item_table)`.
        transform: The Transform graph.
        item_table: What `model.item_embeddings()` returned, as variables.

    Returns:
        A tf.function.
    """
    specs = input_specs(signatures.EXPLAIN, [each.name for each in model.vocabulary.context])

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(input_signature=list(specs.values()), autograph=False)
    def explain(*given: tf.Tensor) -> dict[str, tf.Tensor]:
        request = dict(zip(specs, given, strict=True))
        inputs = transform(rank_request.raw_features(request))
        logits, weights = model.explain(inputs, item_table=item_table)
        is_token = tf.not_equal(request[signatures.RANK_HISTORY_SURFACES], "")
        is_item = tf.not_equal(inputs[features.CANDIDATE_ITEMS], features.PADDING)
        total = tf.zeros(tf.concat([tf.shape(is_item), tf.shape(is_token)[1:]], axis=0))
        for kind, of_kind in weights.items():
            total += tf.matmul(of_kind, _places(inputs, kind, is_token))
        told = tf.where(is_item[:, :, tf.newaxis], total, 0.0)
        return {signatures.SCORES: probabilities(logits, inputs), signatures.HISTORY_WEIGHTS: told}

    return explain


def _places(inputs: dict[str, tf.Tensor], kind: str, is_token: tf.Tensor) -> tf.Tensor:
    """Maps the tokens of one surface's history to those of the request: 0 or 1, float32 [batch, length, tokens].

    Args:
        inputs: The model's inputs.
        kind: The value of the surface.
        is_token: Bool [batch, tokens], false for padding, which the history of both surfaces does not count.
    """
    positions, kept = _PLACES[kind]
    order = tf.cumsum(tf.cast(is_token, tf.int32), axis=1, exclusive=True)
    is_here = tf.equal(inputs[positions][:, :, tf.newaxis], order[:, tf.newaxis, :])
    is_kept = tf.not_equal(inputs[kept], features.PADDING)[:, :, tf.newaxis]
    return tf.cast(is_here & is_kept & is_token[:, tf.newaxis, :], tf.float32)
