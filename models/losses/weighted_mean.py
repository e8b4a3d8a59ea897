"""The mean of a loss over what counts in a batch, in which some rows may count more than others."""

from keras import ops


def weighted_mean(losses, counts, loss_weights=None):
    """The mean of the losses that count.

    Weights say how losses compare with each other: they are divided by their sum, so their unit does not matter, and a
    batch of heavy rows makes no larger step than one of light rows.

    Example:
    >>> losses, counts = np.array([[1.0, 3.0], [8.0, 9.0]]), np.array([[True, True], [True, False]])
    >>> float(weighted_mean(losses, counts))  # 12 / 3
    4.0
    >>> float(weighted_mean(losses, counts, np.array([1.0, 4.0])))  # (1 + 3 + 4 * 8) / (1 + 1 + 4)
    6.0

    Args:
        losses: Float32 [rows, ...].
        counts: Bool or float [rows, ...], as `losses`; what is 0 does not count.
        loss_weights: Float [rows] or as `losses`, at least 0; None weighs all alike.

    Returns:
        Float32 scalar; 0 if nothing counts.
    """
    weights = ops.cast(counts, "float32")
    if loss_weights is None:
        return ops.divide(ops.sum(ops.multiply(losses, weights)), ops.maximum(ops.sum(weights), 1.0))
    loss_weights = ops.cast(loss_weights, "float32")
    for _ in range(len(weights.shape) - len(loss_weights.shape)):
        loss_weights = ops.expand_dims(loss_weights, -1)
    weights = ops.multiply(weights, loss_weights)
    total = ops.sum(weights)
    # A sum of 0 has losses of weight 0 alone, so it does not matter what divides them.
    return ops.divide(ops.sum(ops.multiply(losses, weights)), ops.where(ops.greater(total, 0.0), total, 1.0))
