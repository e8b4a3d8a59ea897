"""Transforms examples by a finished Transform graph: one file in, one file out.

TFX's Transform would read and write records one by one, in Python. Here TensorFlow reads whole batches, parses and
transforms them, and writes the files.
"""

from collections.abc import Iterator
from typing import Final

import apache_beam as beam
import tensorflow as tf
import tensorflow_text  # noqa: F401  # The graph has operations of it.
import tensorflow_transform as tft
from tensorflow_transform import impl_helper
from tfx_bsl.coders.example_coder import RecordBatchToExamplesEncoder

from tfx_pipeline.transform.record_batches import record_batches

_BATCH: Final = 2048
"""Examples that are transformed at once."""
_GZIP_LEVEL: Final = 4


def write(files: beam.PCollection, graph_dir: str) -> beam.PCollection:
    """Transforms files.

    Args:
        files: Pairs of paths: of a gzipped TFRecord file of tf.Examples, and of the file to write.
        graph_dir: The output of Transform: its graph and the schemas of raw and transformed features.

    Returns:
        The paths of the files that are written, of as many tf.Examples, in the same order.
    """
    return files | "Transform" >> beam.ParDo(_Transform(graph_dir))


class _Transform(beam.DoFn):
    def __init__(self, graph_dir: str):
        self._graph_dir = graph_dir

    def setup(self) -> None:
        output = tft.TFTransformOutput(self._graph_dir)
        graph = tf.saved_model.load(output.transform_savedmodel_dir)
        spec = output.raw_feature_spec()

        def transformed(records: tf.Tensor) -> dict[str, tf.Tensor | tf.SparseTensor]:
            # The graph takes all raw features in the order of their names.
            return graph.transform_fn(*tf.nest.flatten(tf.io.parse_example(records, spec), expand_composites=True))

        self._graph = graph  # Its tables live as long as it does.
        self._transformed = tf.function(
            transformed, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False
        )
        schema = output.transformed_metadata.schema
        self._to_arrow = impl_helper.make_tensor_to_arrow_converter(schema)
        self._encoder = RecordBatchToExamplesEncoder(schema)

    def process(self, paths: tuple[str, str]) -> Iterator[str]:
        read, written = paths
        tf.io.gfile.makedirs(written.rpartition("/")[0])
        options = tf.io.TFRecordOptions("GZIP", compression_level=_GZIP_LEVEL)
        # Whole or not there: a worker may stop, and Beam may start the same work twice.
        with tf.io.TFRecordWriter(f"{written}.part", options) as writer:
            for records in record_batches(read, _BATCH):
                for example in self._encoder.encode(self._to_arrow.convert(self._transformed(records))):
                    writer.write(example)
        tf.io.gfile.rename(f"{written}.part", written, overwrite=True)
        yield written
