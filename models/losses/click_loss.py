"""The click loss: binary cross-entropy of candidates."""

from keras import ops

from models.losses.weighted_mean import weighted_mean


def click_loss(labels, logits, real, row_weights=None):
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
        row_weights: Float [batch]; see `weighted_mean`.

    Returns:
        Float32 scalar in nats; 0 if there is no real candidate.
    """
    logits = ops.cast(logits, "float32")
    labels = ops.cast(labels, "float32")
    logits = ops.where(real, logits, 0.0)
    # softplus(x) - x * label is the cross-entropy of sigmoid(x), without overflow.
    losses = ops.subtract(ops.softplus(logits), ops.multiply(logits, labels))
    return weighted_mean(losses, real, row_weights)
