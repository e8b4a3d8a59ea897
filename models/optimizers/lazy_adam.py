"""LazyAdam: Adam that updates only the rows of embedding tables that a step looked up."""

import keras
import tensorflow as tf

_ROWS_PER_LOOKUP = 16


@keras.saving.register_keras_serializable(package="tandem")
class LazyAdam(keras.optimizers.Adam):
    """Adam that updates only those rows of an embedding table that the step looked up.

    Stock Adam makes the gradient of a lookup dense and decays the moments of all rows. Here a row's moments and values
    change only in steps that look the row up. The bias correction counts all steps, not the steps of the row. If a step
    looks a row up several times, the gradients of these lookups are added up first. Stock Keras (3.12) squares each of
    them separately, and so moves rows that a step looks up often too far. Variables with a dense gradient are updated
    as `keras.optimizers.Adam` updates them.

    Source: Adam (Kingma and Ba, arXiv 1412.6980), which both papers train with; lazy rows as in PyTorch's `SparseAdam`.
    The papers' own code decays the moments of all rows in every step.

    Its arguments are those of `keras.optimizers.Adam`. With `amsgrad`, stock Adam updates all variables.

    Example:
    >>> table, optimizer = keras.Variable([[1.0], [1.0]]), LazyAdam(0.1)
    >>> optimizer.build([table])
    >>> optimizer.apply([tf.IndexedSlices(tf.constant([[2.0]]), tf.constant([0]), tf.constant([2, 1]))])
    >>> [round(float(row[0]), 4) for row in table.numpy()]
    [0.9, 1.0]
    """

    def apply(self, grads, trainable_variables=None):
        """Updates all variables by their gradients."""
        # Computed once for all variables. Stock Adam computes them again for each variable.
        step = tf.cast(self.iterations + 1, tf.float32)
        self._beta_powers = tf.pow(self.beta_1, step), tf.pow(self.beta_2, step)
        super().apply(grads, trainable_variables)

    def update_step(self, gradient, variable, learning_rate):
        """Updates one `tf.Variable`; `gradient` is a tensor or `tf.IndexedSlices`."""
        if self.amsgrad:
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        moments = self._momentums[index].value, self._velocities[index].value
        update = _update_rows if isinstance(gradient, tf.IndexedSlices) else _update_all
        update(
            variable,
            *moments,
            *(tf.cast(power, variable.dtype) for power in self._beta_powers),
            tf.cast(learning_rate, variable.dtype),
            *(tf.constant(value, variable.dtype) for value in (self.beta_1, self.beta_2, self.epsilon)),
            gradient,
        )


def _update_all(variable, momentum, velocity, beta_1_power, beta_2_power, rate, beta_1, beta_2, epsilon, gradient):
    # One operation. Stock Adam takes two dozen, which cost more than the arithmetic of a small variable.
    tf.raw_ops.ResourceApplyAdam(
        var=variable.handle,
        m=momentum.handle,
        v=velocity.handle,
        beta1_power=beta_1_power,
        beta2_power=beta_2_power,
        lr=rate,
        beta1=beta_1,
        beta2=beta_2,
        epsilon=epsilon,
        grad=gradient,
    )


def _update_rows(variable, momentum, velocity, beta_1_power, beta_2_power, rate, beta_1, beta_2, epsilon, gradient):
    gradient = _with_distinct_rows(gradient)
    rows = gradient.indices
    new_momentum = beta_1 * tf.gather(momentum, rows) + (1 - beta_1) * gradient.values
    new_velocity = beta_2 * tf.gather(velocity, rows) + (1 - beta_2) * tf.square(gradient.values)
    momentum.scatter_update(tf.IndexedSlices(new_momentum, rows))
    velocity.scatter_update(tf.IndexedSlices(new_velocity, rows))
    corrected_rate = rate * tf.sqrt(1 - beta_2_power) / (1 - beta_1_power)
    variable.scatter_sub(tf.IndexedSlices(corrected_rate * new_momentum / (tf.sqrt(new_velocity) + epsilon), rows))


def _with_distinct_rows(gradient: tf.IndexedSlices) -> tf.IndexedSlices:
    """Adds up the gradients of each row, so that every row occurs once."""
    rows, places = distinct_places(gradient.indices, gradient.dense_shape[0])
    values = tf.math.unsorted_segment_sum(gradient.values, places, tf.size(rows))
    return tf.IndexedSlices(values, rows, gradient.dense_shape)


def distinct_places(indices, size):
    """Finds the distinct rows among many lookups.

    Args:
        indices: Int [lookups], the row of each.
        size: Number of rows in the table.

    Returns:
        Int32 [distinct], each row once; and int32 [lookups], the place of each lookup's row among them.

    Example:
    >>> rows, places = distinct_places(tf.constant([7, 2, 7]), size=9)
    >>> rows.numpy().tolist(), places.numpy().tolist()
    ([2, 7], [1, 0, 1])
    """
    indices, size = tf.cast(indices, tf.int32), tf.cast(size, tf.int32)

    def by_presence():
        # With many lookups, one number for each row of the table is cheaper than a hash table of the lookups.
        present = tf.math.unsorted_segment_sum(tf.ones_like(indices), indices, size) > 0
        places = tf.cumsum(tf.cast(present, tf.int32)) - 1
        return tf.cast(tf.where(present)[:, 0], tf.int32), tf.gather(places, indices)

    def by_hashing():
        distinct = tf.unique(indices)
        return distinct.y, distinct.idx

    return tf.cond(tf.size(indices) > size // _ROWS_PER_LOOKUP, by_presence, by_hashing)
