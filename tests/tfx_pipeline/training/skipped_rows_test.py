import numpy as np
import pytest
import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface
from tests.support import small_models
from tfx_pipeline.training import skipped_rows

R, S = (surface.model_index for surface in Surface)


@pytest.fixture
def files(tmp_path):
    """Rows, each a surface's index and whether it ends a sequence."""

    def write(*rows):
        with tf.io.TFRecordWriter(str(tmp_path / "rows.gz"), "GZIP") as writer:
            for surface, ends in rows:
                values = {features.SURFACE_INDEX: surface, features.IS_SEQUENCE_END: ends}
                feature = {
                    name: tf.train.Feature(int64_list=tf.train.Int64List(value=[value]))
                    for name, value in values.items()
                }
                example = tf.train.Example(features=tf.train.Features(feature=feature))
                writer.write(example.SerializeToString())
        return (str(tmp_path / "*.gz"),)

    return write


@pytest.mark.parametrize(
    ("surfaces", "ends_only", "other", "within"),
    [
        (("recommendation", "search"), False, 0, 0),
        (("search",), False, 3 / 5, 0),
        (("search",), True, 3 / 5, 1 / 5),
        (("recommendation", "search"), True, 0, 3 / 5),
    ],
)
def test_rows_that_are_not_read_are_told_by_cause(surfaces, ends_only, other, within, files):
    patterns = files((R, 1), (R, 0), (S, 1), (R, 0), (S, 0))
    assert skipped_rows.not_read(patterns, surfaces, ends_only) == {"other_surface": other, "no_sequence_end": within}


def test_only_so_many_rows_are_looked_at(files):
    patterns = files((R, 1), (S, 1), (S, 1))
    assert skipped_rows.not_read(patterns, ("search",), False, most=2)["other_surface"] == 0.5


def side(candidates, clicks, kinds):
    candidates = np.array(candidates)
    return {
        features.USER: np.ones(len(candidates), "int32"),
        features.CANDIDATE_ITEMS: candidates,
        features.RECOMMENDATION_ITEMS: np.array(clicks),
        features.SEARCH_KINDS: np.array(kinds),
    }


def batch(weights=None):
    """Three rows of search and one of the feed."""
    search = side([[3, 4, 5, 6], [3, 4, 5, 0], [7, 0, 0, 0]], [[1, 0], [0, 0], [0, 0]], [[1], [1], [0]])
    feed = side([[3, 4]], [[2, 2]], [[0]])
    labels = {"search": np.array([[1, 0, 0, 0], [1, 0, 0, 0], [1, 0, 0, 0]]), "recommendation": np.array([[0, 0]])}
    inputs = {"search": search, "recommendation": feed}
    return (inputs, labels) if weights is None else (inputs, labels, weights)


def test_rows_without_something_are_told_of_all_that_are_read():
    found = skipped_rows.without_effect([batch()], model=None)
    assert found == {
        "no_recommendation_history": 2 / 4,
        "no_search_history": 2 / 4,
        "no_negative": 1 / 4,
        "no_positive": 1 / 4,
    }


def test_negatives_that_an_epoch_does_not_draw_are_told():
    """There are 3, 2 and 0 of the searches, and 2 of the feed; two of each row are drawn."""
    found = skipped_rows.without_effect([batch(), batch()], model=None, negatives=2)
    assert found["negatives_not_drawn"] == 1 / 7


def test_rows_of_weight_0_are_told_where_rows_have_weights():
    weights = {
        "search": {features.EXAMPLE_WEIGHT: np.array([0.0, 1.0, 0.5])},
        "recommendation": {features.EXAMPLE_WEIGHT: np.array([0.0])},
    }
    assert skipped_rows.without_effect([batch(weights)], model=None)["weight_0"] == 2 / 4


def test_it_stops_once_it_has_seen_enough():
    assert skipped_rows.without_effect(iter([batch(), "not a batch"]), model=None, most=4)["no_negative"] == 1 / 4


def test_what_a_model_leaves_out_is_added_up_over_batches():
    model = small_models.unisar(history_alignment_rows=4)
    batches = [small_models.joint(6, 4), small_models.joint(2, 0)]
    found = skipped_rows.without_effect(batches, model)
    # Of ten rows four are picked, of two both.
    assert found["alignment_beyond_most"] == 6 / 12
    assert 0 <= found["query_item_pairs_not_drawn"] < 1
