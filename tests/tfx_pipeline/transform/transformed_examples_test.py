import apache_beam as beam
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from tensorflow_transform import impl_helper
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io, schema_utils

from tests.support.behaviour_examples import write_examples
from tests.support.raw_files import make_pipeline
from tfx_pipeline.transform import transformed_examples

SPEC = {"words": tf.io.VarLenFeature(tf.string), "price": tf.io.VarLenFeature(tf.float32)}
ROWS = [(["ab", "c"], [0.5]), ([], [2.0, 4.0]), (["def"], [])]
"""Words and prices of three rows."""


def preprocessing_fn(inputs):
    words = inputs["words"]
    count = tf.math.unsorted_segment_sum(tf.ones_like(words.indices[:, 0]), words.indices[:, 0], words.dense_shape[0])
    return {
        "lengths": words.with_values(tf.cast(tf.strings.length(words.values), tf.int64)),
        "count": count,
        "doubled": inputs["price"].with_values(2.0 * inputs["price"].values),
    }


@pytest.fixture(scope="module")
def graph_dir(tmp_path_factory):
    folder = str(tmp_path_factory.mktemp("transform"))
    shapes = {name: tf.SparseTensorSpec([None, None], each.dtype) for name, each in SPEC.items()}
    impl_helper.analyze_in_place(preprocessing_fn, False, SPEC, shapes, folder)
    metadata = dataset_metadata.DatasetMetadata(schema_utils.schema_from_feature_spec(SPEC))
    metadata_io.write_metadata(metadata, f"{folder}/{tft.TFTransformOutput.RAW_METADATA_DIR}")
    return folder


def raw(words, prices):
    values = {
        "words": tf.train.Feature(bytes_list=tf.train.BytesList(value=[word.encode() for word in words])),
        "price": tf.train.Feature(float_list=tf.train.FloatList(value=prices)),
    }
    return tf.train.Example(features=tf.train.Features(feature=values)).SerializeToString()


def rows_of(path):
    """What a file of transformed examples holds: lengths, count and doubled prices of each row."""
    rows = []
    for record in tf.data.TFRecordDataset(path, "GZIP").as_numpy_iterator():
        row = tf.train.Example.FromString(record).features.feature
        rows.append(
            ([*row["lengths"].int64_list.value], [*row["count"].int64_list.value], [*row["doubled"].float_list.value])
        )
    return rows


@pytest.mark.parametrize("batch", [2, 1000])
def test_each_file_becomes_one_with_the_same_rows_in_the_same_order(graph_dir, tmp_path, monkeypatch, batch):
    monkeypatch.setattr(transformed_examples, "_BATCH", batch)
    files = {
        "all": write_examples(tmp_path / "raw" / "all.gz", [raw(*row) for row in ROWS]),
        "none": write_examples(tmp_path / "raw" / "none.gz", []),
    }
    pairs = [(path, str(tmp_path / "written" / f"{name}.gz")) for name, path in files.items()]
    with make_pipeline() as pipeline:
        transformed_examples.write(pipeline | beam.Create(pairs), graph_dir)
    assert rows_of(pairs[0][1]) == [([2, 1], [2], [1.0]), ([], [0], [4.0, 8.0]), ([3], [1], [])]
    assert rows_of(pairs[1][1]) == []
    # Nothing half written is left.
    assert {path.name for path in (tmp_path / "written").iterdir()} == {"all.gz", "none.gz"}
