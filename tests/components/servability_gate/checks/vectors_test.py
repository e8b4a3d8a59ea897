"""What may be answered; `export/saved_model_test.py` has a real model with all of these signatures."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.servability_gate.checks.offered import try_offered
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from tests.support.behaviour_examples import behaviour_example

EXAMPLES = [
    tf.train.Example.FromString(behaviour_example([candidate, "z"])) for candidate in ("right", "up", "never seen")
]
VECTORS = {b"right": [2.0, 0.0], b"up": [0.0, 3.0], b"between": [1.0, 1.0]}
COSINE = np.float32(0.5**0.5)
INPUTS = {
    signatures.EMBED_USER: [name for name in signatures.RANK_INPUTS if name not in ("query", "candidates")],
    signatures.EMBED_QUERY: [signatures.RANK_QUERY],
    signatures.EMBED_ITEM: [signatures.ITEM_ID],
    signatures.SIMILAR_ITEMS: [signatures.ITEM_ID, signatures.K],
}


class Model:
    """Stands in for a Servable that answers as it should, but for what a test gives it: from inputs to outputs."""

    def __init__(self, **otherwise):
        self.otherwise = otherwise
        self.signature_defs = {name: SimpleNamespace(inputs=inputs) for name, inputs in INPUTS.items()}
        self.asked = []

    def run(self, signature, inputs):
        assert set(inputs) == set(INPUTS[signature])
        self.asked.append(signature)
        rows = len(next(iter(inputs.values())))
        if signature in self.otherwise:
            return self.otherwise[signature](rows)
        if signature == signatures.EMBED_ITEM:
            vectors = [VECTORS.get(item, [0.5, 0.5]) for item in inputs[signatures.ITEM_ID]]
            return {signatures.EMBEDDING: np.array(vectors, np.float32), signatures.KNOWN: np.ones(rows, bool)}
        if signature == signatures.SIMILAR_ITEMS:
            return similar([["between", "up"], ["between", "right"], []][:rows], [[COSINE, 0], [COSINE, 0], []][:rows])
        return {signatures.EMBEDDING: np.full([rows, 2], 0.5, np.float32)}


def similar(rows, scores):
    items = np.array([[item.encode() for item in row] + [b""] * (10 - len(row)) for row in rows], object)
    scores = np.array([[*row] + [0.0] * (10 - len(row)) for row in scores], np.float32)
    return {signatures.ITEMS: items, signatures.SCORES: scores}


def test_a_model_that_answers_as_it_should_passes():
    model = Model()
    try_offered(model, EXAMPLES, 1e-5)
    # All rows together and each alone; then the vectors of two items and of what is like them.
    assert model.asked == ["embed_user"] * 4 + ["embed_query"] * 4 + ["embed_item"] * 4 + [
        "similar_items",
        "embed_item",
        "embed_item",
    ]


def test_a_model_that_has_none_is_not_asked():
    model = Model()
    model.signature_defs = {}
    try_offered(model, EXAMPLES, 1e-5)
    assert not model.asked


@pytest.mark.parametrize("signature", [signatures.EMBED_USER, signatures.EMBED_QUERY, signatures.EMBED_ITEM])
@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        (lambda rows: {}, r"should answer float32 `embedding` \[3, dim\], it answered nothing"),
        (lambda rows: {"embedding": np.zeros([rows, 2])}, r"\[3, dim\], it answered float64 \[3, 2\]"),
        (lambda rows: {"embedding": np.zeros([2], np.float32)}, r"\[3, dim\], it answered float32 \[2\]"),
        (lambda rows: {"embedding": np.full([rows, 2], np.nan, np.float32)}, "gave vectors that are not finite"),
        (
            lambda rows: {"embedding": np.full([rows, 2], 4 * rows, np.float32)},
            "answers differently alone and together with others, by up to 0.667",
        ),
    ],
)
def test_refuses_any_other_vectors(signature, outputs, reason):
    with pytest.raises(RefusedError, match=f"`{signature}` .*{reason}"):
        try_offered(Model(**{signature: outputs}), EXAMPLES, 1e-5)


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        (
            lambda rows: similar([["right"], [], []], [[1], [], []]),
            "answered the item itself, an item twice, or padding",
        ),
        (lambda rows: similar([["up", "up"], [], []], [[0, 0], [], []]), "answered the item itself, an item twice"),
        (lambda rows: similar([["", "up"], [], []], [[0, 0], [], []]), "or padding before an item: .* for b'right'"),
        (lambda rows: similar([["up", "between"], [], []], [[0, COSINE], [], []]), "did not put the most similar item"),
        (
            lambda rows: similar([["up"], [], []], [[0.5], [], []]),
            "scores are not the cosines of `embed_item`.* to 0.5",
        ),
        (lambda rows: similar([["up"], [], []], [[np.inf], [], []]), r"should answer \[3, 10\] \(batch, items\) items"),
        (lambda rows: similar([["up"]], [[0]]), r"it answered \[1, 10\] and \[1, 10\]"),
    ],
)
def test_refuses_any_other_similar_items(outputs, reason):
    with pytest.raises(RefusedError, match=f"`similar_items` .*{reason}"):
        try_offered(Model(similar_items=outputs), EXAMPLES, 1e-5)
