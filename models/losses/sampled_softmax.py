"""Sampled softmax: the wanted item against thousands of others."""

from keras import ops

from models.layers.attention.dot_product_attention import HIDDEN
from models.losses.weighted_mean import weighted_mean


def sampled_softmax(logits, row_items, column_items, log_popularity, real, row_weights=None):
    """The mean cross-entropy of the wanted item among all columns.

    The columns are the rows' own items, then drawn items: row i wants column i. Other columns of the same item are left
    out. An item occurs among the columns in proportion to its popularity. If its log popularity is subtracted, the
    logits estimate how likely an item is. If not, they estimate how much likelier it is than on average.

    Source: Bengio and Senécal 2008; Yi et al. 2019. UniSAR's `matching` uses it, which is an addition of ours.

    Example:
    >>> wanted, columns = np.array([7, 8]), np.array([7, 8, 9, 9])
    >>> loss = sampled_softmax(np.zeros((2, 4)), wanted, columns, np.zeros(4), np.array([True, True]))
    >>> round(float(loss), 4)  # ln 4
    1.3863

    Args:
        logits: Float [rows, columns].
        row_items: Int [rows], the item that each row wants.
        column_items: Int [columns], the item of each column.
        log_popularity: Float [columns], subtracted from the logits; zeros for no correction.
        real: Bool [rows]; other rows do not count, but their columns do.
        row_weights: Float [rows]; see `weighted_mean`.

    Returns:
        Float32 scalar in nats; 0 if no row is real.
    """
    logits = ops.subtract(ops.cast(logits, "float32"), log_popularity)
    rows = ops.shape(logits)[0]
    own = ops.equal(
        ops.expand_dims(ops.arange(rows, dtype="int32"), 1),
        ops.expand_dims(ops.arange(ops.shape(logits)[1], dtype="int32"), 0),
    )
    same = ops.equal(ops.expand_dims(row_items, 1), ops.expand_dims(column_items, 0))
    logits = ops.where(ops.logical_and(same, ops.logical_not(own)), HIDDEN, logits)
    wanted = ops.sum(ops.where(own, logits, 0.0), axis=-1)
    losses = ops.subtract(ops.logsumexp(logits, axis=-1), wanted)
    return weighted_mean(losses, real, row_weights)
