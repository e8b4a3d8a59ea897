"""Which rows of a table a step needs, each once."""

from keras import ops

from schemas.features import PADDING


def distinct_rows(ids, count: int):
    """Finds the distinct ids among many.

    The shape of the first result depends on the values, which not every backend can compile
    (`models.layers.fast.packing.SHAPES_MAY_DEPEND_ON_VALUES`).

    Example:
    >>> distinct, places = distinct_rows([np.array([[4, 2], [4, 0]])], count=6)
    >>> ops.convert_to_numpy(distinct).tolist()
    [0, 2, 4]
    >>> int(places[4])  # where the row of id 4 lies among them
    2

    Args:
        ids: A list of int arrays of any shapes, values in 0..count - 1.
        count: Rows of the table.

    Returns:
        Int32 [distinct], ascending, that of padding always among them; and int32 [count], the place of each distinct id
        in it. At other ids the second means nothing.
    """
    flat = ops.concatenate([ops.cast(ops.reshape(each, (-1,)), "int32") for each in ids], axis=0)
    counts = ops.segment_sum(ops.ones_like(flat), flat, num_segments=count)
    needed = ops.logical_or(ops.greater(counts, 0), ops.equal(ops.arange(count, dtype="int32"), PADDING))
    return ops.cast(ops.nonzero(needed)[0], "int32"), ops.cumsum(ops.cast(needed, "int32")) - 1
