"""Reshaping that leaves to the backend what it can work out by itself."""

from collections.abc import Sequence
from typing import Any

from keras import ops


def reshape(inputs, shape: Sequence[Any]):
    """`ops.reshape`, where one size that is not known beforehand costs no operations.

    A size that is a tensor has to be read off a shape and packed into another one, three operations of a small graph;
    and one such size follows from the others.

    Example:
    >>> tuple(reshape(np.ones((2, 6)), (2, 3, 2)).shape)
    (2, 3, 2)

    Args:
        inputs: A tensor.
        shape: Sizes: ints where they are known, int scalars where they are not.

    Returns:
        The tensor, reshaped.
    """
    unknown = [place for place, size in enumerate(shape) if not isinstance(size, int)]
    if len(unknown) == 1 and all(size > 0 for size in shape if isinstance(size, int)):
        shape = [-1 if place in unknown else size for place, size in enumerate(shape)]
    return ops.reshape(inputs, tuple(shape))
