"""Reshapes to sizes of which one is unknown, without extra operations."""

from collections.abc import Sequence
from typing import Any

from keras import ops


def reshape(inputs, shape: Sequence[Any]):
    """Does what `ops.reshape` does, but one unknown size costs no operations.

    A size that is a tensor is read from one shape and packed into another, which takes three operations of a small
    graph. If only one size is unknown, it follows from the others.

    Source: ours; it only saves work.

    Example:
    >>> tuple(reshape(np.ones((2, 6)), (2, 3, 2)).shape)
    (2, 3, 2)

    Args:
        inputs: A tensor.
        shape: The sizes: ints if they are known, int scalar tensors if they are not.

    Returns:
        The tensor, reshaped.
    """
    unknown = [place for place, size in enumerate(shape) if not isinstance(size, int)]
    if len(unknown) == 1 and all(size > 0 for size in shape if isinstance(size, int)):
        shape = [-1 if place in unknown else size for place, size in enumerate(shape)]
    return ops.reshape(inputs, tuple(shape))
