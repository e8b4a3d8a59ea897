"""Weights as constants of an exported graph.

What serves does not train. A constant needs no operations that find and read a variable, a fifth of all that one user's
request takes; and TensorFlow computes beforehand whatever depends on constants alone.
"""

import keras
import tensorflow as tf

MOST_VALUES = 2**18
"""A larger weight is a table, of which a request reads a few rows. It stays a variable: graphs hold at most 2 GiB."""

MOST_ROWS_IN_PLACE = 2**9
"""A kernel has fewer rows, and is written down wherever it is used. What has more is a small table, and is written down
once for all."""


def tables(model: keras.Model) -> list[tf.Variable]:
    """The weights of a built model that stay variables."""
    return [variable.value for variable in model.variables if not _is_constant(variable)]


def as_constants(model: keras.Model) -> keras.StatelessScope:
    """A context in which functions that are traced take all other weights of a model as the constants they are now."""
    values = [(variable, tf.constant(variable.value)) for variable in model.variables if _is_constant(variable)]
    return _Constants(state_mapping=values)


class _Constants(keras.StatelessScope):
    """Weights as constants, those with few rows in whatever graph they are used.

    A constant from outside has to be handed to each branch of a graph by an operation, and what is computed of it in
    there is not known beforehand.
    """

    def get_current_value(self, variable: keras.Variable) -> tf.Tensor | None:
        """The constant of a weight; None for a table."""
        value = super().get_current_value(variable)
        if value is None or value.shape.rank and value.shape[0] > MOST_ROWS_IN_PLACE:
            return value
        return tf.constant(value.numpy())


def _is_constant(variable: keras.Variable) -> bool:
    return variable.shape.num_elements() <= MOST_VALUES
