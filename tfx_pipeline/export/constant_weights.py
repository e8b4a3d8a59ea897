"""Turns small weights into constants of the exported graph, so that requests are answered faster.

A served model is not trained. A constant spares the operations that find and read a variable, which are a fifth of all
operations of one user's request. And TensorFlow computes in advance whatever depends on constants alone.
"""

import keras
import tensorflow as tf

MOST_VALUES = 2**18
"""A weight with more values is a table, of which a request reads a few rows. It stays a variable, because a graph holds
at most 2 GiB."""

MOST_ROWS_IN_PLACE = 2**9
"""A weight with at most so many rows is a kernel: each graph that uses it gets a copy. One with more rows is a small
table: all graphs share one constant."""


def tables(model: keras.Model) -> list[tf.Variable]:
    """The weights of a built model that stay variables: its large tables."""
    return [variable.value for variable in model.variables if not _is_constant(variable)]


def as_constants(model: keras.Model) -> keras.StatelessScope:
    """A context for tracing. A function that is traced in it takes the values of all other weights as constants."""
    values = [(variable, tf.constant(variable.value)) for variable in model.variables if _is_constant(variable)]
    return _Constants(state_mapping=values)


class _Constants(keras.StatelessScope):
    """Gives weights as constants, and makes those with few rows anew in each graph that uses them.

    A branch of a graph gets a constant of the outer graph as an input. So TensorFlow cannot compute in advance what
    depends on it there.
    """

    def get_current_value(self, variable: keras.Variable) -> tf.Tensor | None:
        """The constant of a weight; None for a table."""
        value = super().get_current_value(variable)
        if value is None or value.shape.rank and value.shape[0] > MOST_ROWS_IN_PLACE:
            return value
        return tf.constant(value.numpy())


def _is_constant(variable: keras.Variable) -> bool:
    return variable.shape.num_elements() <= MOST_VALUES
