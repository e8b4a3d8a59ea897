"""What a signature may answer; `trial_test.py` has whole models."""

import numpy as np
import pytest

from components.servability_gate.checks.scores import RefusedError, agree, answer, largest_difference
from tests.support.asked_models import AskedModel

SHAPE = (2, 3)


def asked_of(outputs):
    """Asks `rank` of a model that answers these outputs, or fails with this error."""
    return answer(AskedModel({"rank": []}, {"rank": outputs}), "rank", {}, SHAPE)


@pytest.mark.parametrize(
    ("outputs", "reason"),
    [
        ({"logits": np.zeros(SHAPE)}, r"has no output `scores`, it has \['logits'\]"),
        ({"scores": np.zeros(6, np.float32)}, r"should answer float32 \[2, 3\] .* it answered float32 \[6\]"),
        ({"scores": np.zeros([3, 2], np.float32)}, r".* it answered float32 \[3, 2\]"),
        ({"scores": np.zeros(SHAPE, np.float64)}, r".* it answered float64 \[2, 3\]"),
        ({"scores": np.array([[0, np.nan, 1], [np.inf, 0, 1]], np.float32)}, "gave 2 of 6 scores that are not finite"),
        (RuntimeError("no\n  luck"), "failed: no luck"),
        (RuntimeError("x" * 1000), "failed: x{600}…$"),
    ],
)
def test_scores_are_handed_through_and_anything_else_is_refused(outputs, reason):
    scores = np.zeros(SHAPE, np.float32)
    assert asked_of({"scores": scores}) is scores
    with pytest.raises(RefusedError, match=f"signature `rank` {reason}"):
        asked_of(outputs)


def test_how_far_answers_are_apart_and_whether_they_agree():
    def difference(first, second):
        return largest_difference(np.array(first), np.array(second))

    assert difference([1.0, 2.0], [1.25, 1.5]) == 0.5
    assert difference([np.nan, np.inf], [np.nan, np.inf]) == difference([b"a"], [b"a"]) == 0
    assert difference([np.inf], [-np.inf]) == difference([np.nan], [0.0]) == np.inf
    assert difference([b"a"], [b"b"]) == difference([[0.0], [0.0]], [[0.0, 0.0]]) == np.inf
    agree(np.array([1.0, 2.0]), np.array([1.0, 2.1]), 0.2, "they differ")
    agree(np.zeros([0]), np.zeros([0]), 0.0, "they differ")
    with pytest.raises(RefusedError, match="they differ, by up to 0.25"):
        agree(np.array([1.0, 2.0]), np.array([1.0, 2.25]), 0.2, "they differ")
