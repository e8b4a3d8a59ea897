"""`serving_default` and `rank`: the scores of given candidates."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from components.input_specs import input_specs
from schemas import signatures
from tfx_pipeline.export import rank_request
from tfx_pipeline.export.serving_transform import ServingTransform
from tfx_pipeline.export.signatures.served_scores import ServedScores


def ranking_signatures(
    model: keras.Model, transform: ServingTransform, item_table: Any, served: ServedScores
) -> dict[str, Callable]:
    """The functions of the signatures that every exported model has.

    Args:
        model: A built model with `score(inputs, item_table)`.
        transform: The Transform graph.
        item_table: What `model.item_embeddings()` returned, as variables.
        served: Turns logits into scores.

    Returns:
        tf.functions by the signatures' names.
    """

    # Nothing here has Python control flow over tensors, so AutoGraph would only cost time.
    @tf.function(autograph=False)
    def scores(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        return {signatures.SCORES: served.of_candidates(model.score(inputs, item_table=item_table), inputs)}

    @tf.function(input_signature=list(input_specs(signatures.SERVING_DEFAULT).values()), autograph=False)
    def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
        return scores(transform(transform.parse(examples)))

    rank_inputs = input_specs(signatures.RANK, [each.name for each in model.vocabulary.context])

    @tf.function(input_signature=list(rank_inputs.values()), autograph=False)
    def rank(*request: tf.Tensor) -> dict[str, tf.Tensor]:
        return scores(transform(rank_request.raw_features(dict(zip(rank_inputs, request, strict=True)))))

    return {signatures.SERVING_DEFAULT: serving_default, signatures.RANK: rank}
