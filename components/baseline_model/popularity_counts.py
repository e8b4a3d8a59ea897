"""Counts in how many training examples each item is the positive."""

from collections import Counter
from collections.abc import Sequence

import tensorflow as tf

from schemas import features

_BATCH = 4096


def count_positives(files: Sequence[str]) -> Counter[bytes]:
    """Counts the positive candidates of all examples.

    Args:
        files: Gzipped TFRecord files of serialized tf.Examples.

    Returns:
        For each item id, the number of examples in which it is a positive. Items that never are do not appear.

    Raises:
        ValueError: An example has more or fewer labels than candidates.
    """
    counts: Counter[bytes] = Counter()
    specification = {
        features.CANDIDATES: tf.io.RaggedFeature(tf.string),
        features.LABELS: tf.io.RaggedFeature(tf.float32),
    }
    for batch in tf.data.TFRecordDataset(list(files), compression_type="GZIP").batch(_BATCH):
        columns = tf.io.parse_example(batch, specification)
        candidates, labels = columns[features.CANDIDATES], columns[features.LABELS]
        if not tf.reduce_all(candidates.row_lengths() == labels.row_lengths()):
            raise ValueError(
                f"Every candidate needs a label. Received: an example whose `{features.CANDIDATES}` and "
                f"`{features.LABELS}` differ in length, in one of {len(files)} files, the first being {files[0]}"
            )
        counts.update(candidates.flat_values[labels.flat_values > 0].numpy().tolist())
    return counts
