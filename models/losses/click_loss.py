"""The click loss: binary cross-entropy of candidates."""

from keras import ops


def click_loss(labels, logits, real):
    """The mean binary cross-entropy over all real candidates.

    Source: UniSAR (arXiv 2404.09520), joint training of search and recommendation.

    Example:
    >>> loss = click_loss(np.array([[1.0, 0.0]]), np.array([[0.0, 0.0]]), np.array([[True, True]]))
    >>> round(float(loss), 4)  # ln 2
    0.6931

    Args:
        labels: Float [batch, candidates], 1 for candidates that the user engaged with.
        logits: Float [batch, candidates].
        real: Bool [batch, candidates]; False for padding, which does not count.

    Returns:
        Float32 scalar in nats; 0 if there is no real candidate.
    """
    logits = ops.cast(logits, "float32")
    labels = ops.cast(labels, "float32")
    weights = ops.cast(real, "float32")
    logits = ops.where(real, logits, 0.0)
    # softplus(x) - x * label is the cross-entropy of sigmoid(x), without overflow.
    losses = ops.subtract(ops.softplus(logits), ops.multiply(logits, labels))
    return ops.divide(ops.sum(ops.multiply(losses, weights)), ops.maximum(ops.sum(weights), 1.0))
