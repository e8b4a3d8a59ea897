"""Reads TFRecords in batches, by TensorFlow."""

import tensorflow as tf


def record_batches(path: str, size: int) -> tf.data.Dataset:
    """The records of a gzipped TFRecord file, each batch string [size], the last one perhaps shorter."""
    options = tf.data.Options()
    # At the end of a file the iterator would wait for its tuner, which sleeps for up to a minute.
    options.autotune.enabled = False
    return tf.data.TFRecordDataset(path, "GZIP").batch(size).prefetch(1).with_options(options)
