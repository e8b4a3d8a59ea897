"""Computes the statistics of the requests that a served model was sent."""

import os
import tempfile
from collections.abc import Callable

import apache_beam as beam
import tensorflow_data_validation as tfdv
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx_bsl.public import tfxio

from components.data_checks.anomalies import Statistics
from components.raw_files.row_files import matching_files

_TELEMETRY = ["data_checks"]


def request_statistics(
    make_pipeline: Callable[[], beam.Pipeline], pattern: str, schema: schema_pb2.Schema
) -> Statistics:
    """Computes the statistics of requests.

    Args:
        make_pipeline: Makes a Beam pipeline.
        pattern: Path or glob of TFRecord files, plain or packed by their endings, of tf.Examples.
        schema: The schema of the features.

    Raises:
        DataError: No file matches the pattern.
    """
    files = matching_files(pattern, "data_checks.requests")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "statistics")
        with make_pipeline() as pipeline:
            _ = (
                pipeline
                | "Requests"
                >> tfxio.TFExampleRecord(files, schema=schema, telemetry_descriptors=_TELEMETRY).BeamSource()
                | "Statistics" >> tfdv.GenerateStatistics(tfdv.StatsOptions(schema=schema))
                | "Write" >> tfdv.WriteStatisticsToBinaryFile(path)
            )
        return tfdv.load_stats_binary(path)
