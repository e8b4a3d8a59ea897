"""What `explain` may answer; the pipeline of `tests/e2e` has a real model that answers it."""

from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from components.servability_gate.checks.explanations import try_explain
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example

HISTORY = (Token(Surface.RECOMMENDATION, ("x",)), Token(Surface.SEARCH, ("y",), "mug"), Token(Surface.SEARCH, (), "z"))
EXAMPLES = [
    tf.train.Example.FromString(serialized)
    for serialized in (behaviour_example(["a", "b"], history=HISTORY), behaviour_example(["a", "c"]))
]
SCORES = np.array([[0.75, 0.5], [0.75, 0.25]], np.float32)
WEIGHTS = np.array([[[1, 0.5, 0.5], [1, 0.25, 0.75]], [[0, 0, 0], [0, 0, 0]]], np.float32)


class Model:
    """Stands in for a Servable: it answers the scores and weights that it is given, each row its own."""

    def __init__(self, scores=SCORES, weights=WEIGHTS, others=0.0, **further):
        inputs = SimpleNamespace(inputs=list(signatures.RANK_INPUTS))
        self.signature_defs = {signatures.RANK: inputs, signatures.EXPLAIN: inputs}
        self.scores, self.weights, self.others, self.further = scores, weights, others, further
        self.asked = []

    def run(self, signature, inputs):
        self.asked.append(signature)
        # The second row alone has no history, so an axis of one place of padding.
        is_all = len(inputs[signatures.RANK_USER_ID]) > 1
        rows = slice(None) if is_all else slice(1) if inputs[signatures.RANK_HISTORY_SURFACES][0, 0] else slice(1, 2)
        if signature == signatures.RANK:
            return {signatures.SCORES: SCORES[rows]}
        change = 0.0 if is_all else self.others
        tokens = inputs[signatures.RANK_HISTORY_SURFACES].shape[1]
        return {
            signatures.SCORES: self.scores[rows] + np.float32(change),
            signatures.HISTORY_WEIGHTS: self.weights[rows][:, :, :tokens],
        } | self.further


def test_a_model_that_answers_as_it_should_passes():
    model = Model()
    try_explain(model, "explain", EXAMPLES, 1e-5)
    assert model.asked == ["explain", "rank", "explain", "explain"]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (Model(scores=SCORES + np.float32(0.5)), "`explain` and `rank` score the same items differently, by up to 0.5"),
        (Model(weights=-WEIGHTS), "of 0 or more that add up to 1 at most over the tokens of a surface"),
        (Model(weights=2 * WEIGHTS), "of 0 or more that add up to 1 at most over the tokens of a surface"),
        (Model(weights=WEIGHTS + np.float32([[[0]], [[1]]])), "and of 0 for padding; it answered"),
        (Model(weights=WEIGHTS * np.float32(np.nan)), "signature `explain` gave numbers that are not finite"),
        (Model(others=0.25), "`explain` answers differently alone and together with others, by up to 0.25"),
        (
            Model(weights=WEIGHTS[:, :1]),
            r"should answer float32 `history_weights` \[2, 2, 3\] and float32 `scores` \[2, 2\]; it answered "
            r"float32 `history_weights` \[2, 1, 3\]",
        ),
        (Model(further=np.zeros(1)), "it answered float64 `further`"),
    ],
)
def test_refuses_any_other_answer(model, reason):
    with pytest.raises(RefusedError, match=reason):
        try_explain(model, "explain", EXAMPLES, 1e-5)
