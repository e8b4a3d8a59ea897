"""Numbers through a real Transform, each expected value worked out here."""

import math

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_transform import beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, schema_utils

from tfx_pipeline.transform.number_scaling import FURTHEST, scaled, unit_vectors

NAN = math.nan
METADATA = dataset_metadata.DatasetMetadata(
    schema_utils.schema_from_feature_spec({"values": tf.io.FixedLenFeature([2], tf.float32)})
)


@pytest.fixture
def transformed(tmp_path):
    """Numbers of two columns, scaled by what all rows of `rows` are."""

    def run(rows, scale):
        with tft_beam.Context(temp_dir=str(tmp_path), desired_batch_size=2):
            data = [{"values": row} for row in rows], METADATA
            (found, _), _ = data | tft_beam.AnalyzeAndTransformDataset(
                lambda inputs: {"scaled": scaled(inputs["values"], scale)}
            )
        return [row["scaled"].tolist() for row in found]

    return run


def test_a_number_is_its_distance_from_the_mean_in_standard_deviations(transformed):
    # Of 2, 4 and 9 the mean is 5, the variance (9 + 1 + 16) / 3. Behaviour has neither number, in batches of its own.
    rows = [[2, NAN], [4, 7], [NAN, 7], [9, NAN], *[[NAN, NAN]] * 4]
    deviation = math.sqrt(26 / 3)
    expected = [[-3 / deviation, 1, 0, 0], [-1 / deviation, 1, 0, 1], [0, 0, 0, 1], [4 / deviation, 1, 0, 0]]
    np.testing.assert_allclose(transformed(rows, "linear"), [*expected, *[[0] * 4] * 4], rtol=1e-5)


def test_a_logarithm_comes_first_which_knows_negative_numbers(transformed):
    # The logarithms are -ln 2, 0 and ln 8 = 3 ln 2: in units of ln 2, the mean is 2/3, the variance (25 + 4 + 49) / 27.
    rows = transformed([[-1, 0], [0, 0], [7, 0]], "log")
    deviation = math.sqrt(78 / 27)
    np.testing.assert_allclose([row[0] for row in rows], np.array([-5 / 3, -2 / 3, 7 / 3]) / deviation, rtol=1e-5)
    assert [row[1:] for row in rows] == [[1, 0, 1]] * 3, "numbers that are all the same are their mean"


def test_an_outlier_ends_where_others_can_still_be_told_apart(transformed):
    # Among n numbers, one other than the rest lies sqrt(n - 1) deviations from the mean: 7 of 50.
    found = transformed([[0, 0]] * 49 + [[1, 0]], "linear")
    np.testing.assert_allclose([found[0][0], found[-1][0]], [-1 / 7, FURTHEST], rtol=1e-4)


def test_vectors_become_directions():
    rows = [[3.0, 0.0, -4.0], [], [0.0, 0.0, 0.0], [1e-30, 1e-30], [3e38, 3e38]]
    found = unit_vectors(tf.ragged.constant(rows, tf.float32).to_sparse())
    values = [each.tolist() for each in tf.RaggedTensor.from_sparse(found).numpy()]
    half = math.sqrt(0.5)
    expected = [[0.6, 0.0, -0.8], [], [0.0] * 3, [half, half], [half, half]]
    for row, wanted in zip(values, expected, strict=True):
        np.testing.assert_allclose(row, wanted, rtol=1e-6)
    empty = tf.SparseTensor(tf.zeros([0, 2], tf.int64), tf.zeros([0]), [3, 0])
    assert unit_vectors(empty).values.shape == (0,)
