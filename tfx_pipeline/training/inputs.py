"""The input pipeline: transformed TFRecords to joint batches, and the catalog and audience splits to tables."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from models.catalogue import Catalogue
from schemas import features
from schemas.canonical_event import Surface
from tfx_pipeline.config.training_config import BOTH_SURFACES
from tfx_pipeline.training import epoch_negatives, row_choice

Batch = dict[str, tf.Tensor]
BySurface = dict[str, tf.Tensor]
JointBatch = tuple[dict[str, Batch], BySurface] | tuple[dict[str, Batch], BySurface, dict[str, Batch]]
_HISTORY_WEIGHTS = {
    Surface.RECOMMENDATION: features.RECOMMENDATION_WEIGHTS,
    Surface.SEARCH: features.SEARCH_WEIGHTS,
}
_FILES_READ_AT_ONCE = 4
_BATCHES_PARSED_AT_ONCE = 2
_BATCHES_READY = 4
_COUNTED_TOGETHER = 4096


def joint_batches(
    file_patterns: Sequence[str],
    transform_output: tft.TFTransformOutput,
    batch_size: int,
    shuffle_buffer: int = 0,
    seed: int | None = None,
    surfaces: Sequence[str] = BOTH_SURFACES,
    sequence_ends_only: bool = False,
    one_surface_a_batch: bool = False,
    negatives: int = 0,
    with_weights: bool = False,
    with_labels: bool = False,
) -> tf.data.Dataset:
    """Reads transformed examples as joint batches: the rows of each surface apart.

    Args:
        file_patterns: Of gzipped TFRecord files.
        transform_output: Of the Transform that wrote them.
        batch_size: Rows of both surfaces together; either may have none in a batch.
        shuffle_buffer: Examples held for shuffling, anew each epoch; 0 keeps the order.
        seed: Of the shuffling and of the negatives.
        surfaces: The surfaces whose rows to read.
        sequence_ends_only: Read only training rows that end a sequence.
        one_surface_a_batch: Leave one surface without rows in each batch, and put histories about equally long
            together.
        negatives: How many of a row's negatives to read, drawn anew each epoch; 0 reads all.
        with_weights: Read the rows' weights, if the examples have them.
        with_labels: Tell the labels among the inputs, too, as `CANDIDATE_LABELS`: only for training.

    Returns:
        Pairs of inputs and labels, each by surface: `{"recommendation": {feature: [rows, ...]}, "search": ...}` and
        `{"recommendation": float32 [rows, candidates], ...}`. With weights, triples of inputs, labels and weights by
        surface: `EXAMPLE_WEIGHT`, and that of the items of the surface's history.
    """
    with_weights = with_weights and features.EXAMPLE_WEIGHT in transform_output.transformed_feature_spec()
    weighed = (features.EXAMPLE_WEIGHT, *_HISTORY_WEIGHTS.values()) if with_weights else ()
    spec = _feature_spec(transform_output, (*features.MODEL_INPUTS, features.CANDIDATE_LABELS, *weighed))
    records = read_records(file_patterns, shuffle=shuffle_buffer > 0, seed=seed)
    if sequence_ends_only or set(surfaces) != set(BOTH_SURFACES):
        records = row_choice.of_surfaces(records, surfaces, sequence_ends_only)
    if shuffle_buffer:
        records = records.shuffle(shuffle_buffer, seed=seed)
    if one_surface_a_batch:
        batches = row_choice.one_surface_a_batch(records, spec, batch_size, shuffle=shuffle_buffer > 0, seed=seed)
    else:
        batches = records.batch(batch_size)

    def by_surface(serialized: tf.Tensor, draw: tf.Tensor) -> JointBatch:
        batch = _dense(tf.io.parse_example(serialized, spec))
        if negatives:
            batch = epoch_negatives.draw(batch, negatives, draw)
        labels = batch[features.CANDIDATE_LABELS]
        if not with_labels:
            del batch[features.CANDIDATE_LABELS]
        weights = {name: batch.pop(name) for name in weighed}
        inputs_by_surface, labels_by_surface, weights_by_surface = {}, {}, {}
        for surface in Surface:
            rows = tf.equal(batch[features.SURFACE_INDEX], surface.model_index)
            inputs_by_surface[surface.value] = {name: tf.boolean_mask(value, rows) for name, value in batch.items()}
            labels_by_surface[surface.value] = tf.boolean_mask(labels, rows)
            weights_by_surface[surface.value] = {
                name: tf.boolean_mask(value, rows)
                for name, value in weights.items()
                if name in (features.EXAMPLE_WEIGHT, _HISTORY_WEIGHTS[surface])
            }
        if not weighed:
            return inputs_by_surface, labels_by_surface
        return inputs_by_surface, labels_by_surface, weights_by_surface

    draws = tf.data.Dataset.random(seed, rerandomize_each_iteration=True).batch(2)
    batches = tf.data.Dataset.zip(batches, draws).map(by_surface, num_parallel_calls=_BATCHES_PARSED_AT_ONCE)
    return batches.prefetch(_BATCHES_READY).with_options(_options())


def count_examples(file_patterns: Sequence[str], surfaces: Sequence[str], sequence_ends_only: bool) -> int:
    """Counts the rows that an epoch of `joint_batches` goes through, without parsing more of them than it has to."""
    records = read_records(file_patterns)
    if sequence_ends_only or set(surfaces) != set(BOTH_SURFACES):
        records = row_choice.of_surfaces(records, surfaces, sequence_ends_only)
    sizes = records.batch(_COUNTED_TOGETHER).map(lambda rows: tf.size(rows, tf.int64))
    return int(sizes.reduce(tf.constant(0, tf.int64), lambda total, size: total + size))


def read_catalog(file_patterns: Sequence[str], transform_output: tft.TFTransformOutput, items: int) -> Catalogue:
    """Reads the transformed catalog split into tables.

    Args:
        file_patterns: Of the catalog split's gzipped TFRecord files.
        transform_output: Of the Transform that wrote them.
        items: The number of item indices; rows of padding, of the unknown and of items without attributes are 0.
    """
    names = {
        "words": features.ITEM_WORDS,
        "category_words": features.ITEM_CATEGORY_WORDS,
        "categories": features.ITEM_CATEGORIES,
        "attributes": features.ITEM_ATTRIBUTES,
        "engagements": features.ITEM_ENGAGEMENTS,
        "numbers": features.ITEM_NUMBERS,
        "vectors": features.ITEM_VECTOR,
    }
    tables = _tables(file_patterns, transform_output, features.ITEM, items, names.values())
    return Catalogue(**{field: tables[name] for field, name in names.items() if name in tables})


class UserTables(NamedTuple):
    """What is known of all users; None if nothing of its kind is.

    Attributes:
        attributes: Int32 [users, attributes].
        numbers: Float32 [users, 2 * numbers].
    """

    attributes: np.ndarray | None = None
    numbers: np.ndarray | None = None


def read_users(file_patterns: Sequence[str], transform_output: tft.TFTransformOutput, users: int) -> UserTables:
    """Reads the transformed audience split into tables.

    Args:
        file_patterns: Of the audience split's gzipped TFRecord files.
        transform_output: Of the Transform that wrote them.
        users: The number of user indices; rows of padding, of the unknown and of users without attributes are 0.
    """
    names = (features.USER_ATTRIBUTE_INDICES, features.USER_NUMBER_VALUES)
    tables = _tables(file_patterns, transform_output, features.USER, users, names)
    return UserTables(*map(tables.get, names))


def _tables(
    file_patterns: Sequence[str], transform_output: tft.TFTransformOutput, index: str, rows: int, names: Iterable[str]
) -> dict[str, np.ndarray]:
    """[rows, ...] for each named feature that there is, filled in at the rows that the feature `index` tells.

    Indices are int32, numbers float32. A feature without a fixed shape has one value for each place of its longest row.
    """
    there = transform_output.transformed_feature_spec()
    spec = _feature_spec(transform_output, (index, *(name for name in names if name in there)))
    tables = {
        name: np.zeros((rows, *getattr(each, "shape", (0,))), np.float32 if each.dtype == tf.float32 else np.int32)
        for name, each in spec.items()
        if name != index
    }
    unknown = rows - 1
    for batch in read_records(file_patterns).batch(4096).map(lambda records: tf.io.parse_example(records, spec)):
        row = batch[index].numpy()
        known = row != unknown
        for name, table in tables.items():
            value = batch[name]
            if isinstance(value, tf.SparseTensor):
                value = tf.sparse.to_dense(value)
                if value.shape[1] > table.shape[1]:  # The first rows that have any.
                    tables[name] = table = np.pad(table, [(0, 0), (0, value.shape[1] - table.shape[1])])
                table[row[known], : value.shape[1]] = value.numpy()[known]
            else:
                table[row[known]] = value.numpy()[known]
    return tables


def _feature_spec(transform_output: tft.TFTransformOutput, names: Sequence[str]) -> dict:
    spec = transform_output.transformed_feature_spec()
    return {name: spec[name] for name in names}


def read_records(file_patterns: Sequence[str], shuffle: bool = False, seed: int | None = None) -> tf.data.Dataset:
    """The serialized rows of gzipped TFRecord files, string [] each; `shuffle` mixes the files alone."""
    files = tf.data.Dataset.list_files(list(file_patterns), shuffle=shuffle, seed=seed)
    return files.interleave(
        lambda file: tf.data.TFRecordDataset(file, compression_type="GZIP"),
        cycle_length=_FILES_READ_AT_ONCE,
        num_parallel_calls=_BATCHES_PARSED_AT_ONCE,
        deterministic=True,
    )


def _options() -> tf.data.Options:
    """No autotuning: at the end of an epoch the iterator waits for its tuner, which sleeps for up to a minute."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return options


def _dense(batch: dict[str, tf.Tensor | tf.SparseTensor]) -> Batch:
    """Indices as int32, lists as [rows, longest] with padding."""
    dense = {
        name: tf.sparse.to_dense(value) if isinstance(value, tf.SparseTensor) else value
        for name, value in batch.items()
    }
    return {name: tf.cast(value, tf.int32) if value.dtype == tf.int64 else value for name, value in dense.items()}
