"""The next-item losses: at each position, the item that comes next against negatives."""

from keras import ops

from models.layers.attention.dot_product_attention import HIDDEN
from models.losses.weighted_mean import weighted_mean


def cross_entropies(logits):
    """The cross-entropies of each logit's sigmoid for the truths 1 and 0, as a pair."""
    return ops.softplus(ops.negative(logits)), ops.softplus(logits)


def binary_next_item_loss(encodings, items, is_target, is_negative, entropies=cross_entropies, target_weights=None):
    """The binary cross-entropy of each position's targets and of its own negatives.

    Source: UnifiedSSR (arXiv 2310.13921), next-product prediction.

    Example:
    >>> encodings, items = np.zeros((1, 1, 8), "float32"), np.ones((1, 1, 3, 8), "float32")
    >>> loss = binary_next_item_loss(encodings, items, np.array([[[True]]]), np.array([[[True, True]]]))
    >>> round(float(loss), 4)  # A target and two negatives, ln 2 each.
    2.0794

    Args:
        encodings: Float [batch, positions, dim].
        items: Float [batch, positions, targets + negatives, dim]: the items that come next, then the negatives. A
            session of several items has several targets.
        is_target: Bool [batch, positions, targets]; False for padding. Positions without a target do not count.
        is_negative: Bool [batch, positions, negatives]; False for negatives that do not count.
        entropies: The function that computes both cross-entropies of logits.
        target_weights: Float like `is_target`; see `weighted_mean`. A position's negatives have the mean weight of its
            targets. None weighs all alike.

    Returns:
        Float32 scalar in nats: the mean, over the positions that count, of the targets' mean plus the negatives' sum; 0
        if no position counts.
    """
    logits = _dots(encodings, items)
    targets = is_target.shape[-1]
    missed, _ = entropies(logits[..., :targets])
    _, mistaken = entropies(logits[..., targets:])
    is_target = ops.cast(is_target, "float32")
    count = ops.sum(is_target, axis=-1)
    if target_weights is None:
        weights, position_weights = is_target, None
    else:
        weights = ops.multiply(is_target, ops.cast(target_weights, "float32"))
        position_weights = ops.divide(ops.sum(weights, axis=-1), ops.maximum(count, 1.0))
        # Within a position, its targets' weights have the mean 1.
        weights = ops.divide(weights, ops.expand_dims(_or_1(position_weights), -1))
    loss = ops.divide(ops.sum(ops.multiply(missed, weights), axis=-1), ops.maximum(count, 1.0))
    loss += ops.sum(ops.multiply(mistaken, ops.cast(is_negative, "float32")), axis=-1)
    return weighted_mean(loss, ops.greater(count, 0), position_weights)


def softmax_next_item_loss(
    encodings, targets, negatives, is_target, is_hit, target_offsets, negative_offsets, target_weights=None
):
    """The cross-entropy of each target in a softmax over the target and negatives that the whole batch shares.

    Source: an addition of ours to UnifiedSSR (arXiv 2310.13921): sampled softmax, as in Yi et al. 2019.

    Example:
    >>> encodings, targets = np.zeros((1, 1, 8), "float32"), np.ones((1, 1, 1, 8), "float32")
    >>> negatives, found = np.ones((3, 8), "float32"), np.array([[[True]]])
    >>> no_hit = np.zeros((1, 1, 3), bool)
    >>> offsets = np.zeros((1, 1, 1), "float32"), np.zeros(3, "float32")
    >>> round(float(softmax_next_item_loss(encodings, targets, negatives, found, no_hit, *offsets)), 4)  # ln 4
    1.3863

    Args:
        encodings: Float [batch, positions, dim].
        targets: Float [batch, positions, targets, dim]: the items that come next.
        negatives: Float [negatives, dim].
        is_target: Bool [batch, positions, targets].
        is_hit: Bool [batch, positions, negatives]; True if a negative is a target of the position. It is left out.
        target_offsets: Float [batch, positions, targets], subtracted from the targets' scores.
        negative_offsets: Float [negatives], subtracted from the negatives' scores. With the logarithm of the chance to
            be drawn as the offset, scores estimate how likely an item is. Without offsets, they estimate how much
            likelier it is than its chance to be drawn.
        target_weights: Float like `is_target`; see `weighted_mean`. None weighs all alike.

    Returns:
        Float32 scalar in nats: the mean over all targets; 0 if there is none.
    """
    others = ops.subtract(ops.cast(ops.matmul(encodings, ops.transpose(negatives)), "float32"), negative_offsets)
    others = ops.logsumexp(ops.where(is_hit, HIDDEN, others), axis=-1, keepdims=True)
    wanted = ops.subtract(_dots(encodings, targets), target_offsets)
    return weighted_mean(ops.softplus(ops.subtract(others, wanted)), is_target, target_weights)


def _or_1(values):
    return ops.where(ops.greater(values, 0.0), values, 1.0)


def _dots(encodings, items):
    """Float [batch, positions, dim] and [batch, positions, n, dim] to float32 [batch, positions, n]."""
    return ops.cast(ops.einsum("bld,blnd->bln", encodings, items), "float32")
