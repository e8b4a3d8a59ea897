"""`explain`: the scores of candidates, and how much each token of the history weighed for each candidate."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, signatures
from schemas.canonical_event import Surface
from tfx_pipeline.export import history_request, rank_request
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.served_scores import ServedScores

_FEATURES = {Surface.RECOMMENDATION: features.RECOMMENDATION_ITEMS, Surface.SEARCH: features.SEARCH_KINDS}
"""A feature that is as long as the history of each surface that the model reads."""


def explain_signature(
    model: keras.Model, transform: ServingTransform, item_table: Any, served: ServedScores
) -> Callable:
    """The function of the signature.

    Args:
        model: A built model with `explain(inputs, item_table)`.
        transform: The Transform graph.
        item_table: What `model.item_embeddings()` returned, as variables.
        served: Turns logits into scores.

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
        is_item = tf.not_equal(inputs[features.CANDIDATE_ITEMS], features.PADDING)
        tokens = tf.shape(request[signatures.RANK_HISTORY_SURFACES])[1:]
        total = tf.zeros(tf.concat([tf.shape(is_item), tokens], axis=0))
        for surface, name in _FEATURES.items():
            kept = history_request.kept_tokens(request, surface, inputs[name].shape[1])
            total += tf.matmul(weights[surface.value], tf.cast(kept, tf.float32))
        told = tf.where(is_item[:, :, tf.newaxis], total, 0.0)
        return {signatures.SCORES: served.of_candidates(logits, inputs), signatures.HISTORY_WEIGHTS: told}

    return explain
