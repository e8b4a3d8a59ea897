"""What scores do not show; `signatures/ranking_signatures_test.py` has that a request is scored as its example is."""

import pytest
import tensorflow as tf

from schemas import features, signatures
from tests.support.exported_retriever import HISTORY, rank_inputs
from tfx_pipeline.export.rank_request import raw_features

INPUTS = rank_inputs([HISTORY, ()], ["u1", ""], ["red mug", ""], ["a", "", "b"])
REQUEST = {name: tf.constant(value) for name, value in INPUTS.items()}


def rows(raw, name) -> list:
    return tf.RaggedTensor.from_sparse(raw[name]).to_list()


def test_candidates_keep_their_places():
    candidates = raw_features(REQUEST)[features.CANDIDATES]
    assert tf.sparse.to_dense(candidates).numpy().tolist() == [[b"a", b"", b"b"]] * 2


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
    ("name", "value", "message"),
    [
        (signatures.RANK_HISTORY_SURFACES, [["feed", ""], ["", ""]], "give 'recommendation' or 'search' for a token"),
        (signatures.RANK_CANDIDATES, [["a"] * (MOST_A_ROW + 1)] * 2, "candidates: a request may have 100,000, padding"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_the_mend(name, value, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        raw_features(REQUEST | {name: tf.constant(value)})


def test_as_many_candidates_as_allowed_are_taken():
    raw = raw_features(REQUEST | {signatures.RANK_CANDIDATES: tf.fill([2, MOST_A_ROW], "a")})
    assert raw[features.CANDIDATES].dense_shape.numpy().tolist() == [2, MOST_A_ROW]
