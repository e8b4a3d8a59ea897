"""Weights as constants of an exported graph.

What serves does not train. A constant needs no operations that find and read a variable, a fifth of all that one user's
request takes; and TensorFlow computes beforehand whatever depends on constants alone.
"""

import keras
import tensorflow as tf

MOST_VALUES = 2**18
"""A larger weight is a table, of which a request reads a few rows. It stays a variable: graphs hold at most 2 GiB."""


def tables(model: keras.Model) -> list[tf.Variable]:
    """The weights of a built model that stay variables."""
    return [variable.value for variable in model.variables if not _is_constant(variable)]


def as_constants(model: keras.Model) -> keras.StatelessScope:
    """A context in which functions that are traced take all other weights of a model as the constants they are now."""
    values = [(variable, tf.constant(variable.value)) for variable in model.variables if _is_constant(variable)]
    return keras.StatelessScope(state_mapping=values)


def _is_constant(variable: keras.Variable) -> bool:
    return variable.shape.num_elements() <= MOST_VALUES
