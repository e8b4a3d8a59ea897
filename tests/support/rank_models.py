"""Saves small models with the signatures of exported networks, for tests that evaluate, gate or serve models."""

from collections.abc import Callable, Mapping
from pathlib import Path

import tensorflow as tf

from components.input_specs import input_specs
from schemas import features, signatures

RANK_SPECIFICATION = input_specs(signatures.RANK)
"""The inputs of `rank` by name. `signature_of` makes a signature from a function that takes such inputs as keywords."""

Score = Callable[[tf.Tensor], tf.Tensor]
"""string [batch, candidates] to float32 [batch, candidates]."""


def signature_of(
    name: str, further: Mapping[str, tf.DType] | None = None
) -> Callable[[Callable], tf.types.experimental.ConcreteFunction]:
    """Decorates a function that takes the inputs of a signature as keywords, and makes it that signature.

    Args:
        name: A name of `schemas.signatures`.
        further: Further inputs, such as a context value, with one value for each row.
    """
    specs = input_specs(name) | {each: tf.TensorSpec([None], dtype, each) for each, dtype in (further or {}).items()}
    return lambda function: tf.function(function).get_concrete_function(**specs)


def letters(candidates: tf.Tensor) -> tf.Tensor:
    """Scores a candidate by the length of its name."""
    return tf.cast(tf.strings.length(candidates), tf.float32)


def letters_to_eight(candidates: tf.Tensor) -> tf.Tensor:
    """Scores a candidate by a probability whose odds are the length of its name to 8."""
    return letters(candidates) / (letters(candidates) + 8)


def save_rank_model(
    folder: Path,
    serving_default: Score | None = letters,
    rank: Score | None = letters,
    module: tf.Module | None = None,
    further: Mapping[str, tf.types.experimental.ConcreteFunction] | None = None,
) -> str:
    """Saves a model whose two signatures score candidates with these functions.

    Args:
        folder: The folder to save into.
        serving_default: Scores the candidates of `serving_default`; None leaves that signature out.
        rank: Scores the candidates of `rank`; None leaves that signature out.
        module: Holds the variables that the functions use.
        further: Further signatures.
    """
    module = module or tf.Module()
    saved = dict(further or {})
    if serving_default:

        @signature_of(signatures.SERVING_DEFAULT)
        def on_examples(examples):
            columns = tf.io.parse_example(examples, {features.CANDIDATES: tf.io.RaggedFeature(tf.string)})
            return {signatures.SCORES: serving_default(columns[features.CANDIDATES].to_tensor())}

        saved[signatures.SERVING_DEFAULT] = on_examples
    if rank:

        @signature_of(signatures.RANK)
        def on_request(**request):
            return {signatures.SCORES: rank(request[signatures.RANK_CANDIDATES])}

        saved[signatures.RANK] = on_request
    tf.saved_model.save(module, str(folder), signatures=saved)
    return str(folder)
