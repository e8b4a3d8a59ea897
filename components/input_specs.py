"""The inputs of a signature as TensorSpecs, for all code that writes a SavedModel."""

from collections.abc import Sequence

import tensorflow as tf

from schemas.signature_catalogue import SIGNATURES


def input_specs(signature: str, context: Sequence[str] = ()) -> dict[str, tf.TensorSpec]:
    """The inputs of a signature by name, in its order.

    Args:
        signature: A name of `schemas.signatures`.
        context: The names of the model's context inputs (`transform.context`).
    """
    return {
        each.name: tf.TensorSpec([None] * len(each.axes), tf.as_dtype(each.dtype), each.name)
        for each in SIGNATURES[signature].all_inputs(context)
    }
