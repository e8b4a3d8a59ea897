"""What the further signatures may answer; `export/saved_model_test.py` has a real model that has them all."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.servability_gate.checks.offered import try_offered
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example

SEEN = (Token(Surface.RECOMMENDATION, ("seen",)),)
EXAMPLES = [
    tf.train.Example.FromString(serialized)
    for serialized in (
        behaviour_example(["a", "b"], history=SEEN),
        behaviour_example(["a", "c"], surface=Surface.SEARCH, query="mug", history=SEEN),
    )
]
SCORES = {b"a": 0.75, b"b": 0.5, b"seen": 0.25, b"": 0.0}
HISTORY_INPUTS = [name for name in signatures.RANK_INPUTS if name not in (signatures.RANK_CANDIDATES, "query")]
RETRIEVAL_INPUTS = [*HISTORY_INPUTS, signatures.K, signatures.EXCLUDE_SEEN, signatures.CATEGORY]


class Model:
    """Stands in for a Servable that answers as it should, but for what a test gives it: from inputs to outputs."""

    def __init__(self, **otherwise):
        self.otherwise = otherwise
        inputs = {
            signatures.RANK: list(signatures.RANK_INPUTS),
            signatures.RECOMMEND: RETRIEVAL_INPUTS,
            signatures.SEARCH: [*RETRIEVAL_INPUTS, signatures.RANK_QUERY],
            signatures.CATALOGUE_RANKS: [signatures.EXAMPLES],
            signatures.SESSIONS: [*HISTORY_INPUTS, signatures.SESSIONS_SURFACE],
        }
        self.signature_defs = {name: SimpleNamespace(inputs=each) for name, each in inputs.items()}
        self.asked = []

    def run(self, signature, inputs):
        assert set(inputs) == set(self.signature_defs[signature].inputs)
        self.asked.append((signature, inputs))
        if signature in self.otherwise:
            return self.otherwise[signature](inputs)
        if signature in (signatures.RECOMMEND, signatures.SEARCH) and inputs[signatures.CATEGORY].any():
            return found([[]] * len(inputs[signatures.K]))
        if signature == signatures.RANK:
            rows = inputs[signatures.RANK_CANDIDATES].tolist()
            return {signatures.SCORES: np.array([[SCORES[item] for item in row] for row in rows], np.float32)}
        if signature in (signatures.RECOMMEND, signatures.SEARCH):
            return found([["a", "b"] if each else ["a", "b", "seen"] for each in inputs[signatures.EXCLUDE_SEEN]])
        if signature == signatures.CATALOGUE_RANKS:
            return {signatures.RANKS: np.ones(len(inputs[signatures.EXAMPLES]), np.int64)}
        return {signatures.SESSION_WINDOWS: np.zeros([len(inputs[signatures.SESSIONS_SURFACE]), 3, 2])}


def found(rows, scores=None):
    """An answer of items, padded to the ten that are asked for, with their scores."""
    items = np.array([[item.encode() for item in row] + [b""] * (10 - len(row)) for row in rows], object)
    scores = scores or [[SCORES[item] for item in row] for row in items.tolist()]
    return {signatures.ITEMS: items, signatures.SCORES: np.array(scores, np.float32)}


def test_a_model_that_answers_as_it_should_passes():
    model = Model()
    try_offered(model, EXAMPLES, 1e-5)
    asked = [name for name, _ in model.asked]
    # Both rows together, both in no category, each alone, then `rank`; a search for the row that has a query.
    assert asked == [
        *["recommend"] * 4, "rank", *["search"] * 3, "rank", "catalogue_ranks", "sessions", "sessions",
    ]  # fmt: skip
    recommended, searched = (inputs for name, inputs in model.asked if name == "rank")
    assert recommended[signatures.RANK_QUERY].tolist() == [b"", b""]
    assert searched[signatures.RANK_QUERY].tolist() == [b"mug"]
    (labelled,) = (inputs[signatures.EXAMPLES] for name, inputs in model.asked if name == "catalogue_ranks")
    labels = [tf.train.Example.FromString(each).features.feature["labels"].float_list.value for each in labelled]
    assert [list(each) for each in labels] == [[1, 0], [1, 0]]


def test_a_model_that_has_none_is_not_asked():
    model = Model()
    model.signature_defs = {signatures.RANK: model.signature_defs[signatures.RANK]}
    try_offered(model, EXAMPLES, 1e-5)
    assert not model.asked


def rows_of(inputs):
    return len(inputs[signatures.K])


@pytest.mark.parametrize(
    ("recommend", "reason"),
    [
        (
            lambda inputs: found([["a", "seen"]] * rows_of(inputs)),
            "answered what a row had seen and asked to leave out",
        ),
        (lambda inputs: found([["b", "a"]] * rows_of(inputs)), "did not put the best item first"),
        (lambda inputs: found([["a", "a"]] * rows_of(inputs)), "answered an item twice, or padding before an item"),
        (
            lambda inputs: found([["a", "", "b"]] * rows_of(inputs), [[0.75, 0.75, 0.5] + [0] * 7] * rows_of(inputs)),
            "answered an item twice, or padding before an item",
        ),
        (
            lambda inputs: found([["a"]] * rows_of(inputs), [[np.nan] + [0] * 9] * rows_of(inputs)),
            "gave scores that are not finite",
        ),
        (
            lambda inputs: found([["a"]] * rows_of(inputs), [[0.7] + [0] * 9] * rows_of(inputs)),
            "and `rank` score the same items differently, by up to 0.05",
        ),
        (
            lambda inputs: found([["a"]] * rows_of(inputs), [[0.75 / rows_of(inputs)] + [0] * 9] * rows_of(inputs)),
            "scores differently alone and together with others, by up to 0.375",
        ),
        (
            lambda inputs: {signatures.ITEMS: np.zeros([rows_of(inputs), 10], np.int64)},
            r"should answer strings `items` and float32 `scores` \[2, 10\] .* it answered int64 `items` \[2, 10\]",
        ),
    ],
)
def test_refuses_any_other_answer_of_retrieval(recommend, reason):
    def in_its_category(inputs):
        return found([[]] * rows_of(inputs)) if inputs[signatures.CATEGORY].any() else recommend(inputs)

    with pytest.raises(RefusedError, match=f"`recommend`.* {reason}"):
        try_offered(Model(recommend=in_its_category), EXAMPLES, 1e-5)


def test_refuses_items_of_a_category_that_there_is_not():
    with pytest.raises(RefusedError, match="signature `recommend` answered items of a category that there is not"):
        try_offered(Model(recommend=lambda inputs: found([["a"]] * rows_of(inputs))), EXAMPLES, 1e-5)


def test_refuses_a_signature_that_fails():
    def fail(inputs):
        raise RuntimeError("no luck")

    with pytest.raises(RefusedError, match="signature `sessions` failed: no luck"):
        try_offered(Model(sessions=fail), EXAMPLES, 1e-5)


@pytest.mark.parametrize("ranks", [np.array([1, -1]), np.array([1.0, 2.0]), np.array([1])])
def test_refuses_ranks_that_are_none(ranks):
    model = Model(catalogue_ranks=lambda inputs: {signatures.RANKS: ranks})
    with pytest.raises(
        RefusedError, match=r"`catalogue_ranks` should answer int64 `ranks` of 0 or more \[2\] \(batch\)"
    ):
        try_offered(model, EXAMPLES, 1e-5)


def test_refuses_sessions_that_are_no_numbers():
    model = Model(sessions=lambda inputs: {signatures.SESSION_WINDOWS: np.full([2, 1, 2], np.inf)})
    with pytest.raises(RefusedError, match=r"should answer finite numbers for 2 rows, `windows` are \[2, 1, 2\]"):
        try_offered(model, EXAMPLES, 1e-5)
