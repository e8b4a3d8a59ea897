"""What a signature may answer; `check_test.py` has whole models."""

import numpy as np
import pytest

from components.servability_gate.checks.scores import RefusedError, agree, answer, largest_difference

SHAPE = (2, 3)


class Answers:
    """Stands in for a Servable: what it answers cannot all be made by one saved graph."""

    def __init__(self, outputs):
        self.outputs = outputs

    def run(self, signature_name, inputs):
        if isinstance(self.outputs, Exception):
            raise self.outputs
        return self.outputs


def test_hands_scores_through():
    scores = np.zeros(SHAPE, np.float32)
    assert answer(Answers({"scores": scores}), "rank", {}, SHAPE) is scores


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
def test_refuses_anything_else(outputs, reason):
    with pytest.raises(RefusedError, match=f"signature `rank` {reason}"):
        answer(Answers(outputs), "rank", {}, SHAPE)


def test_numbers_agree_within_the_tolerance():
    agree(np.array([1.0, 2.0]), np.array([1.0, 2.1]), 0.2, "they differ")
    agree(np.zeros([0]), np.zeros([0]), 0.0, "they differ")
    with pytest.raises(RefusedError, match="they differ, by up to 0.25"):
        agree(np.array([1.0, 2.0]), np.array([1.0, 2.25]), 0.2, "they differ")


def test_how_far_answers_are_apart():
    assert largest_difference(np.array([1.0, 2.0]), np.array([1.25, 1.5])) == 0.5
    assert largest_difference(np.array([np.nan, np.inf]), np.array([np.nan, np.inf])) == 0
    assert largest_difference(np.array([np.inf]), np.array([-np.inf])) == np.inf
    assert largest_difference(np.array([np.nan]), np.array([0.0])) == np.inf
    assert largest_difference(np.array([b"a"], object), np.array([b"a"], object)) == 0
    assert largest_difference(np.array([b"a"], object), np.array([b"b"], object)) == np.inf
    assert largest_difference(np.zeros([2, 1]), np.zeros([1, 2])) == np.inf
