"""`retrieval_test.py` has lists whose scores have priors in them."""

import numpy as np
import pytest

from components.servability_gate.checks.item_priors import agree_among_all, coarseness, try_item_prior
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from tests.support.asked_models import AskedModel, example

EXAMPLES = [example(["a", "b"]), example(["b", "c"])]
INPUTS = {signatures.ITEM_PRIOR: [signatures.ITEM_ID]}


def told(prior):
    """A model whose priors are those of this function of the number of items asked about, and an item."""

    def item_prior(inputs):
        items = inputs[signatures.ITEM_ID].tolist()
        return {signatures.PRIOR: np.array([prior(len(items), item) for item in items], np.float32)}

    return AskedModel(INPUTS, {signatures.ITEM_PRIOR: item_prior})


def test_asks_about_all_candidates_together_and_one_by_one():
    asked = told(lambda _, item: float(ord(item)))
    try_item_prior(asked, signatures.ITEM_PRIOR, EXAMPLES, 0.0)
    together, *alone = [inputs[signatures.ITEM_ID].tolist() for _, inputs in asked.asked]
    assert (together, alone) == ([b"a", b"b", b"c"], [[b"a"], [b"b"], [b"c"]])


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({}, r"should answer finite float32 `prior` \[3\] \(batch\)"),
        ({"prior": np.zeros([3])}, "should answer finite float32"),
        ({"prior": np.zeros([3, 1], np.float32)}, "should answer finite float32"),
        ({"prior": np.array([0, np.nan, 0], np.float32)}, "should answer finite float32"),
        (RuntimeError("no luck"), "signature `item_prior` failed: no luck"),
    ],
)
def test_refuses_any_other_answer(answer, reason):
    with pytest.raises(RefusedError, match=reason):
        try_item_prior(AskedModel(INPUTS, {signatures.ITEM_PRIOR: answer}), signatures.ITEM_PRIOR, EXAMPLES, 0.0)


def test_refuses_a_prior_that_depends_on_what_else_is_asked_about():
    with pytest.raises(RefusedError, match="tells another prior of an item together with others, by up to 0.5"):
        try_item_prior(told(lambda items, _: 0.25 * items), signatures.ITEM_PRIOR, EXAMPLES, 1.0)


def moved(scores, priors):
    """By odds, in float64, and rounded as a model rounds."""
    exact = np.asarray(scores, np.float64)
    odds = exact / (1 - exact) * np.exp(np.asarray(priors, np.float64))
    return (odds / (1 + odds)).astype(np.float32)


PRIORS = np.array([-9.0, -1.0, 0.0, 2.0, 9.0], np.float32)
NEAR_1 = [np.float32(1 - each) for each in (1e-3, 1e-6, 2**-24)]


@pytest.mark.parametrize("score", [np.float32(1e-30), np.float32(1e-7), np.float32(0.3), *NEAR_1])
def test_rounding_to_float32_is_no_difference(score):
    scores = np.full(PRIORS.shape, score)
    agree_among_all(scores, moved(scores, PRIORS), PRIORS, 0.0, "no")
    for step in (0.0, 2.0):  # The last bit of what a model gives is not always the same.
        agree_among_all(np.nextafter(scores, np.float32(step)), moved(scores, PRIORS), PRIORS, 1e-7, "no")


def test_a_score_of_1_may_be_any_that_rounds_to_it():
    ones = np.ones(5, np.float32)
    agree_among_all(ones, moved(np.full(5, 1 - 2.0**-25), PRIORS), PRIORS, 0.0, "no")
    agree_among_all(np.zeros(5, np.float32), np.zeros(5, np.float32), -abs(PRIORS), 0.0, "no")


@pytest.mark.parametrize("score", [1e-9, 1e-4, 0.3, 0.5, 0.9, 0.999])
def test_a_difference_of_any_prior_shows_at_any_score(score):
    scores = np.full(1, score, np.float32)
    for prior in (-3.0, 0.0, 3.0):
        listed = moved(scores, [prior + 0.01])
        with pytest.raises(RefusedError, match="otherwise: with the `prior` of `item_prior` added.*by up to 0.0"):
            agree_among_all(scores, listed, np.array([prior], np.float32), 1e-5, "otherwise")
        # Around 0.5 a score rises by a quarter of its log-odds.
        agree_among_all(scores, listed, np.array([prior], np.float32), 0.0026, "otherwise")


def test_scores_of_lists_are_as_coarse_as_those_of_rank_they_are_made_of():
    """The score of 1 - 2^-20 has odds of 2^20; a prior of -20 ln 2 makes it a half, a step of 2^-24 then 2^-6."""
    prior = np.array([-20 * np.log(2)], np.float32)
    by_rank = np.array([1 - 2.0**-20], np.float32)
    here, next_to_it = (moved(each, prior) for each in (by_rank, np.nextafter(by_rank, np.float32(0))))
    np.testing.assert_allclose(here, [0.5], atol=1e-5)
    (allowed,) = coarseness(here, prior)
    assert abs(here - next_to_it)[0] <= allowed < 4 * abs(here - next_to_it)[0]
    # Elsewhere they are hardly coarser than float32.
    assert (coarseness(np.array([0.0, 1e-6, 0.5, 0.75], np.float32), np.full(4, 1.0, np.float32)) < 1e-6).all()
