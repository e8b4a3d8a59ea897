"""A request is scored as its example is; and what scores do not show."""

import numpy as np
import pytest
import tensorflow as tf

from schemas import features, signatures
from schemas.canonical_event import Surface
from tests.support.behaviour_examples import behaviour_example
from tests.support.exported_retriever import HISTORY, rank_inputs
from tfx_pipeline.export import history_request
from tfx_pipeline.export.rank_request import raw_features

INPUTS = rank_inputs([HISTORY, ()], ["u1", ""], ["red mug", ""], ["a", "", "b"])
REQUEST = {name: tf.constant(value) for name, value in INPUTS.items()}


def rows(raw, name) -> list:
    return tf.RaggedTensor.from_sparse(raw[name]).to_list()


def test_candidates_keep_their_places():
    candidates = raw_features(REQUEST)[features.CANDIDATES]
    assert tf.sparse.to_dense(candidates).numpy().tolist() == [[b"a", b"", b"b"]] * 2


@pytest.mark.parametrize("query", [{}, {signatures.RANK_QUERY: tf.constant(["", "red"])}])
def test_a_history_becomes_an_example_without_candidates_of_the_surface_that_is_asked_for(query):
    alone = {name: value for name, value in REQUEST.items() if name not in signatures.RANK_INPUTS[1:3]} | query
    raw = history_request.raw_features(alone, tf.constant(["search", "recommendation"]))
    assert raw[features.CANDIDATES].dense_shape.numpy().tolist() == [2, 0]
    assert rows(raw, features.SURFACE) == [[b"search"], [b"recommendation"]]
    assert rows(raw, features.QUERY) == ([[], [b"red"]] if query else [[], []])
    assert rows(raw, features.HISTORY_ITEMS) == [[b"item-a", b"item-c", b"item-d"], []]


def test_padding_holds_nothing_that_was_seen():
    seen, surfaces = history_request.seen_items, tf.constant([["", "search"], ["", ""]])
    assert seen(REQUEST).numpy().tolist() == [[b"item-a", b"", b"item-c", b"item-d"], [b""] * 4]
    padded = seen(REQUEST | {signatures.RANK_HISTORY_SURFACES: surfaces})
    assert padded.numpy().tolist() == [[b"", b"", b"item-c", b"item-d"], [b""] * 4]


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


def test_examples_and_requests_are_scored_alike(servable):
    candidates = ["item-e", "item-b", "never-seen"]
    examples = [
        behaviour_example(candidates, user="u1", history=HISTORY),
        behaviour_example(candidates, surface=Surface.SEARCH, query="blue mug", user="a stranger"),
    ]
    by_examples = servable.run(signatures.SERVING_DEFAULT, {signatures.EXAMPLES: np.array(examples, object)})
    request = rank_inputs([HISTORY, ()], ["u1", "a stranger"], ["", "blue mug"], candidates)
    by_request = servable.run(signatures.RANK, request)
    np.testing.assert_allclose(by_examples[signatures.SCORES], by_request[signatures.SCORES], atol=1e-6)
    assert len(np.unique(by_request[signatures.SCORES])) == 6
