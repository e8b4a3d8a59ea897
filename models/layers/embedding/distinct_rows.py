"""Finds which rows of a table a step needs, so that each is computed once."""

from keras import ops

from schemas.features import PADDING


def distinct_rows(ids, count: int):
    """Finds the distinct ids among many.

    The shape of the first result depends on the values. Not every backend can compile that: see
    `models.layers.fast.packing.SHAPES_MAY_DEPEND_ON_VALUES`.

    Source: ours; it only saves work.

    Example:
    >>> distinct, places = distinct_rows([np.array([[4, 2], [4, 0]])], count=6)
    >>> ops.convert_to_numpy(distinct).tolist()
    [0, 2, 4]
    >>> int(places[4])  # where the row of id 4 lies among them
    2

    Args:
        ids: A list of int arrays of any shapes, values in 0..count - 1.
        count: Number of rows in the table.

    Returns:
        Int32 [distinct]: the distinct ids in ascending order, padding always among them. And int32 [count]: the place
        of each distinct id in the first result; values at other ids are meaningless.
    """
    flat = ops.concatenate([ops.cast(ops.reshape(each, (-1,)), "int32") for each in ids], axis=0)
    counts = ops.segment_sum(ops.ones_like(flat), flat, num_segments=count)
    needed = ops.logical_or(ops.greater(counts, 0), ops.equal(ops.arange(count, dtype="int32"), PADDING))
    return ops.cast(ops.nonzero(needed)[0], "int32"), ops.cumsum(ops.cast(needed, "int32")) - 1
