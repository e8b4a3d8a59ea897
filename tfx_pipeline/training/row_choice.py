"""Which transformed examples are learned from, and which share a batch; on serialized examples, many at a time."""

from collections.abc import Mapping, Sequence

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface

_LOOKED_AT_TOGETHER = 4096
_BATCHES_SORTED_TOGETHER = 32
_INDEX = tf.io.FixedLenFeature([], tf.int64)
_HISTORIES = {
    Surface.RECOMMENDATION: features.RECOMMENDATION_ITEMS,
    Surface.SEARCH: features.SEARCH_KINDS,
}


def of_surfaces(records: tf.data.Dataset, surfaces: Sequence[str], sequence_ends_only: bool) -> tf.data.Dataset:
    """Leaves out the rows of other surfaces and, with `sequence_ends_only`, those that end no sequence.

    Args:
        records: Serialized transformed examples, string [] each.
        surfaces: The surfaces to keep.
        sequence_ends_only: See `TrainConfig`.
    """
    indices = [Surface(name).model_index for name in surfaces]

    def kept(serialized: tf.Tensor) -> tf.Tensor:
        columns = tf.io.parse_example(serialized, {features.SURFACE_INDEX: _INDEX, features.IS_SEQUENCE_END: _INDEX})
        mask = tf.reduce_any(tf.equal(columns[features.SURFACE_INDEX][:, tf.newaxis], indices), axis=1)
        if sequence_ends_only:
            mask = tf.logical_and(mask, tf.equal(columns[features.IS_SEQUENCE_END], 1))
        return tf.boolean_mask(serialized, mask)

    return records.batch(_LOOKED_AT_TOGETHER).map(kept).unbatch()


def one_surface_a_batch(
    records: tf.data.Dataset, spec: Mapping, batch_size: int, shuffle: bool, seed: int | None
) -> tf.data.Dataset:
    """Batches rows of one surface with histories about equally long (UnifiedSSR, joint pre-training).

    As many rows as make 32 batches are sorted together, so that batches still differ from epoch to epoch.

    Args:
        records: Serialized transformed examples, string [] each.
        spec: The feature spec of at least the histories.
        batch_size: Rows of a batch; the last one of each surface and 32 batches may have fewer.
        shuffle: Whether to mix the batches.
        seed: Of the mixing.

    Returns:
        Serialized transformed examples, string [rows] each.
    """
    wanted = {name: spec[name] for name in (features.SURFACE_INDEX, *_HISTORIES.values())}

    def batches(serialized: tf.Tensor) -> tf.data.Dataset:
        columns = tf.io.parse_example(serialized, wanted)
        sides = []
        for surface, history in _HISTORIES.items():
            mask = tf.equal(columns[features.SURFACE_INDEX], surface.model_index)
            lengths = tf.math.count_nonzero(tf.boolean_mask(columns[history], mask), axis=1)
            rows = tf.gather(tf.boolean_mask(serialized, mask), tf.argsort(lengths, stable=True))
            sides.append(tf.data.Dataset.from_tensor_slices(rows).batch(batch_size))
        return sides[0].concatenate(sides[1])

    batched = records.batch(batch_size * _BATCHES_SORTED_TOGETHER).flat_map(batches)
    return batched.shuffle(2 * _BATCHES_SORTED_TOGETHER, seed=seed) if shuffle else batched
