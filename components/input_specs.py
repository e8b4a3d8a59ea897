"""The inputs of a signature, from the catalogue, as a tf.function declares them: for all who write a SavedModel."""

from collections.abc import Sequence

import tensorflow as tf

from schemas.signature_catalogue import SIGNATURES


def input_specs(signature: str, context: Sequence[str] = ()) -> dict[str, tf.TensorSpec]:
    """The inputs of a signature by name, in its order.

    Args:
        signature: A name of `schemas.signatures`.
        context: What the model is told of the moment of a request (`transform.context`).
    """
    return {
        each.name: tf.TensorSpec([None] * len(each.axes), tf.as_dtype(each.dtype), each.name)
        for each in SIGNATURES[signature].all_inputs(context)
    }
