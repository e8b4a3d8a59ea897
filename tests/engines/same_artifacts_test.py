"""What counts as the same, when two engines wrote it."""

import json

import pytest

from tests.support.same_artifacts import differences


def write_examples(path, values):
    import tensorflow as tf

    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type="GZIP")) as writer:
        for value in values:
            feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
            example = tf.train.Example(features=tf.train.Features(feature={"a": feature, "b": feature}))
            writer.write(example.SerializeToString())


@pytest.fixture
def folders(tmp_path):
    left, right = tmp_path / "left", tmp_path / "right"
    write_examples(left / "Split-train/data-00000-of-00001.gz", [1, 2, 2])
    (left / "sums.json").write_text(json.dumps({"loss": 0.123456, "examples": 3}))
    right.mkdir()
    (right / "sums.json").write_text(json.dumps({"examples": 3, "loss": 0.1234561}))
    return left, right


def test_order_number_of_files_and_the_last_digits_do_not_count(folders):
    left, right = folders
    write_examples(right / "Split-train/data-00000-of-00002.gz", [2])
    write_examples(right / "Split-train/data-00001-of-00002.gz", [2, 1])
    assert differences(left, right) == []


@pytest.mark.parametrize(
    ("values", "told"), [([1, 2], "1 of 3 records are not there and 0 others"), ([1, 1, 2], "1 of 3")]
)
def test_how_often_a_record_comes_counts(folders, values, told):
    left, right = folders
    write_examples(right / "Split-train/data-00000-of-00001.gz", values)
    (said,) = differences(left, right)
    assert said.startswith(f"Split-train/data.gz: {told}")


def test_files_and_numbers_count(folders):
    left, right = folders
    (right / "sums.json").write_text(json.dumps({"examples": 3, "loss": 0.1235}))
    (right / "new.json").write_text("{}")
    said = differences(left, right)
    assert said[:2] == ["Split-train/data.gz is missing", "new.json is too many"]
    assert said[2].startswith("sums.json: 1 of 1 records are not there and 1 others are, such as ")
