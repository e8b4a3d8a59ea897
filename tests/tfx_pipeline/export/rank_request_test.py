"""What scores do not show; `signatures/ranking_signatures_test.py` has that a request is scored as its example is."""

import pytest
import tensorflow as tf

from schemas import features, signatures
from tests.support.exported_retriever import HISTORY, history_inputs
from tfx_pipeline.export.rank_request import raw_features

REQUEST = {
    **{name: tf.constant(value) for name, value in history_inputs([HISTORY, ()], ["u1", ""]).items()},
    signatures.RANK_QUERY: tf.constant(["red mug", ""]),
    signatures.RANK_CANDIDATES: tf.constant([["a", "", "b"], ["c", "d", ""]]),
}


def rows(raw, name) -> list:
    return tf.RaggedTensor.from_sparse(raw[name]).to_list()


def test_candidates_keep_their_places():
    candidates = raw_features(REQUEST)[features.CANDIDATES]
    assert tf.sparse.to_dense(candidates).numpy().tolist() == [[b"a", b"", b"b"], [b"c", b"d", b""]]


def test_the_moment_and_the_values_of_a_request():
    context = {
        signatures.RANK_TIMESTAMP_MS: tf.constant([-1, 0], tf.int64),
        "device": tf.constant(["phone", ""]),
        "city": tf.constant(["", "Rome"]),
    }
    # Without context there are none.
    assert not {features.TIMESTAMP_MS, features.CONTEXT_VALUES} & set(raw_features(REQUEST))
    raw = raw_features(REQUEST | context)
    # Unknown values are left out, as they are in examples; the first moment of 1970 is one.
    assert rows(raw, features.TIMESTAMP_MS) == [[], [0]]
    assert rows(raw, features.CONTEXT_VALUES) == [[b"device=phone"], [b"city=Rome"]]


MOST_A_ROW = signatures.MOST_CANDIDATES // 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {signatures.RANK_HISTORY_SURFACES: tf.constant([["feed", ""], ["", ""]])},
            "give 'recommendation' or 'search' for a token",
        ),
        (
            {signatures.RANK_CANDIDATES: tf.fill([2, MOST_A_ROW + 1], "a")},
            "candidates: a request may have 100,000, padding and",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_mend(change, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        raw_features(REQUEST | change)


def test_as_many_candidates_as_allowed_are_taken():
    raw = raw_features(REQUEST | {signatures.RANK_CANDIDATES: tf.fill([2, MOST_A_ROW], "a")})
    assert raw[features.CANDIDATES].dense_shape.numpy().tolist() == [2, MOST_A_ROW]
