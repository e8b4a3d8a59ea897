"""Small SavedModels with the signatures of the exported networks, for whoever judges or serves models."""

from collections.abc import Callable, Mapping
from pathlib import Path

import tensorflow as tf

from schemas import features, signatures

RANK_SPECIFICATION = {
    signatures.RANK_USER_ID: tf.TensorSpec([None], tf.string, signatures.RANK_USER_ID),
    signatures.RANK_QUERY: tf.TensorSpec([None], tf.string, signatures.RANK_QUERY),
    signatures.RANK_CANDIDATES: tf.TensorSpec([None, None], tf.string, signatures.RANK_CANDIDATES),
    signatures.RANK_HISTORY_SURFACES: tf.TensorSpec([None, None], tf.string, signatures.RANK_HISTORY_SURFACES),
    signatures.RANK_HISTORY_QUERIES: tf.TensorSpec([None, None], tf.string, signatures.RANK_HISTORY_QUERIES),
    signatures.RANK_HISTORY_ITEMS: tf.TensorSpec([None, None, None], tf.string, signatures.RANK_HISTORY_ITEMS),
}

Score = Callable[[tf.Tensor], tf.Tensor]
"""string [batch, candidates] to float32 [batch, candidates]."""


def letters(candidates: tf.Tensor) -> tf.Tensor:
    """Scores a candidate by the length of its name."""
    return tf.cast(tf.strings.length(candidates), tf.float32)


def save_rank_model(
    folder: Path,
    serving_default: Score | None = letters,
    rank: Score | None = letters,
    module: tf.Module | None = None,
    further: Mapping[str, tf.types.experimental.ConcreteFunction] | None = None,
) -> str:
    """Saves a model whose two signatures score candidates with these functions; None leaves a signature out.

    Args:
        folder: Where to.
        serving_default: How `serving_default` scores.
        rank: How `rank` scores.
        module: What the functions use, so that its variables are saved.
        further: Signatures that it shall have too.
    """
    module = module or tf.Module()
    saved = dict(further or {})
    if serving_default:

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name=signatures.EXAMPLES)])
        def on_examples(examples):
            columns = tf.io.parse_example(examples, {features.CANDIDATES: tf.io.RaggedFeature(tf.string)})
            return {signatures.SCORES: serving_default(columns[features.CANDIDATES].to_tensor())}

        saved[signatures.SERVING_DEFAULT] = on_examples
    if rank:

        @tf.function
        def on_request(**request):
            return {signatures.SCORES: rank(request[signatures.RANK_CANDIDATES])}

        saved[signatures.RANK] = on_request.get_concrete_function(**RANK_SPECIFICATION)
    tf.saved_model.save(module, str(folder), signatures=saved)
    return str(folder)
