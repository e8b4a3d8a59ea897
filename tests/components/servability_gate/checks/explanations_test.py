"""What `explain` may answer; the pipeline of `tests/e2e` has a real model that answers it."""

import numpy as np
import pytest

from components.servability_gate.checks.explanations import try_explain
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from schemas.canonical_event import Surface, Token
from tests.support.asked_models import AskedModel, example

HISTORY = (Token(Surface.RECOMMENDATION, ("x",)), Token(Surface.SEARCH, ("y",), "mug"), Token(Surface.SEARCH, (), "z"))
EXAMPLES = [example(["a", "b"], history=HISTORY), example(["a", "c"])]
SCORES = np.array([[0.75, 0.5], [0.75, 0.25]], np.float32)
WEIGHTS = np.array([[[1, 0.5, 0.5], [1, 0.25, 0.75]], [[0, 0, 0], [0, 0, 0]]], np.float32)


def model(scores=SCORES, weights=WEIGHTS, others=0.0, **further):
    """A model that answers these scores and weights, each row its own, and `others` more if rows are alone."""

    def rows_of(inputs):
        # The second row alone has no history, so an axis of one place of padding.
        if len(inputs[signatures.RANK_USER_ID]) > 1:
            return slice(None), 0.0
        return (slice(1) if inputs[signatures.RANK_HISTORY_SURFACES][0, 0] else slice(1, 2)), others

    def explain(inputs):
        rows, change = rows_of(inputs)
        tokens = inputs[signatures.RANK_HISTORY_SURFACES].shape[1]
        explained = {signatures.HISTORY_WEIGHTS: weights[rows][:, :, :tokens]}
        return {signatures.SCORES: scores[rows] + np.float32(change), **explained, **further}

    answers = {signatures.RANK: lambda inputs: {signatures.SCORES: SCORES[rows_of(inputs)[0]]}, "explain": explain}
    return AskedModel(dict.fromkeys(answers, signatures.RANK_INPUTS), answers)


BEYOND_1 = "of 0 or more that add up to 1 at most over the tokens of a surface"


@pytest.mark.parametrize(
    ("answered", "reason"),
    [
        ({"scores": SCORES + np.float32(0.5)}, "`explain` and `rank` score the same items differently, by up to 0.5"),
        ({"weights": -WEIGHTS}, BEYOND_1),
        ({"weights": 2 * WEIGHTS}, BEYOND_1),
        ({"weights": WEIGHTS + np.float32([[[0]], [[1]]])}, "and of 0 for padding; it answered"),
        ({"weights": WEIGHTS * np.float32(np.nan)}, "signature `explain` gave numbers that are not finite"),
        ({"others": 0.25}, "`explain` answers differently alone and together with others, by up to 0.25"),
        ({"weights": WEIGHTS[:, :1]}, r"`scores` \[2, 2\]; it answered float32 `history_weights` \[2, 1, 3\]"),
        ({"further": np.zeros(1)}, r"should answer float32 `history_weights` \[2, 2, 3\] .*answered float64 `further`"),
    ],
)
def test_a_model_that_answers_as_it_should_passes_and_any_other_is_refused(answered, reason):
    good = model()
    try_explain(good, "explain", EXAMPLES, 1e-5)
    assert [name for name, _ in good.asked] == ["explain", "rank", "explain", "explain"]
    with pytest.raises(RefusedError, match=reason):
        try_explain(model(**answered), "explain", EXAMPLES, 1e-5)
