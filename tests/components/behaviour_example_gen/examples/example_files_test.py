import apache_beam as beam
import tensorflow as tf

from components.behaviour_example_gen.examples.example_files import WriteExamples
from tests.support.raw_files import make_pipeline


def write(directory, records):
    with make_pipeline() as pipeline:
        _ = pipeline | beam.Create(records, reshuffle=False) | WriteExamples(str(directory))
    files = sorted(path.name for path in directory.iterdir())
    dataset = tf.data.TFRecordDataset([str(directory / name) for name in files], compression_type="GZIP")
    return files, [record.numpy() for record in dataset]


def test_records_stand_where_tfx_looks_for_them(tmp_path):
    records = [b"%d" % number for number in range(50)]
    files, found = write(tmp_path / "Split-train", records)
    assert files == ["data_tfrecord-00000-of-00001.gz"]
    assert sorted(found) == sorted(records)


def test_no_records_make_an_empty_file(tmp_path):
    files, found = write(tmp_path / "Split-train", [])
    assert (files, found) == (["data_tfrecord-00000-of-00001.gz"], [])
