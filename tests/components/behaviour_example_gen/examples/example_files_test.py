import apache_beam as beam
import pytest
import tensorflow as tf

from components.behaviour_example_gen.examples.example_files import WriteExamples
from tests.support.raw_files import make_pipeline


@pytest.mark.parametrize("records", [[b"%d" % number for number in range(50)], []])
def test_records_stand_where_tfx_looks_for_them(tmp_path, records):
    with make_pipeline() as pipeline:
        _ = pipeline | beam.Create(records, reshuffle=False) | WriteExamples(str(tmp_path / "Split-train"))
    (file,) = (tmp_path / "Split-train").iterdir()
    assert file.name == "data_tfrecord-00000-of-00001.gz"
    found = [record.numpy() for record in tf.data.TFRecordDataset(str(file), compression_type="GZIP")]
    assert sorted(found) == sorted(records)
