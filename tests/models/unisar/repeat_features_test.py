import math

import numpy as np
import pytest
from keras import ops

from models.unisar.repeat_features import RepeatFeatures, oversampling
from schemas import features
from tests.models.unisar.overlap_features_test import EMPTY_HISTORY, request
from tests.support.layer_case import run_build_test
from tests.support.small_models import joint, unisar

TOTAL = 1 + 1 / 2 + 1 / 3
"""The weights of a history of three tokens: the ages of items 2, 1 and 3 in `request` are 0, 1 and 2."""


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (
            {},
            [[1, 0, 1 / 2 / TOTAL, math.log(2)], [1, 1, 1 / TOTAL, math.log(2)], [1, 0, 1 / 3 / TOTAL, math.log(2)]],
        ),
        (
            {features.RECOMMENDATION_ITEMS: [[2, 2, 0]]},
            [[1, 0, 1 / 2 / TOTAL, math.log(2)], [1, 1, (1 + 1 / 3) / TOTAL, math.log(3)], [0, 0, 0, 0]],
        ),
        (EMPTY_HISTORY, [[0, 0, 0, 0]] * 3),
    ],
    ids=["each once", "the newest twice", "no history"],
)
def test_how_the_history_holds_a_candidate(changed, expected):
    candidates = {features.CANDIDATE_ITEMS: [[1, 2, 3, 6, 0]]}
    found = np.asarray(RepeatFeatures()(request(**candidates | changed)))[0]
    np.testing.assert_allclose(found, [*expected, [0, 0, 0, 0], [0, 0, 0, 0]], rtol=1e-5)


def test_indices_may_be_of_any_integers():
    wide = {name: ops.cast(values, "int64") for name, values in request().items()}
    np.testing.assert_array_equal(RepeatFeatures()(wide), RepeatFeatures()(request()))


def test_build():
    run_build_test(RepeatFeatures, {}, 0)


def test_the_model_sees_them_beside_the_others():
    plain, seeing = (unisar(repeat_features=value, engagement_features=True) for value in (False, True))
    assert seeing.describe(request()).shape[-1] == plain.describe(request()).shape[-1] + RepeatFeatures.width
    alone = unisar(repeat_features=True)
    np.testing.assert_array_equal(alone.describe(request()), RepeatFeatures()(request()))


@pytest.mark.parametrize(
    ("changed", "count"), [({}, 3), ({features.RECOMMENDATION_ITEMS: [[2, 2, 0]]}, 2), (EMPTY_HISTORY, 0)]
)
def test_different_items_of_a_history(changed, count):
    np.testing.assert_allclose(RepeatFeatures().different_items(request(**changed)), [count], rtol=1e-6)


def test_how_much_more_often_items_of_the_history_are_negatives():
    # Two of four negatives are of a history of 10 items; of 810 items that is one in 81, at odds of 1 to 80.
    assert oversampling(2, 2, 10, 810) == pytest.approx(math.log(80))
    assert oversampling(1, 79, 10, 810) == pytest.approx(math.log(80 / 79))
    assert oversampling(1, 99, 10, 810) == 0, "it is never a reason to lower them"
    assert oversampling(0, 4, 10, 810) == oversampling(4, 0, 10, 810) == oversampling(2, 2, 0, 810) == 0


def test_what_the_history_holds_is_raised_where_the_model_serves():
    model = unisar(repeat_features=True, dropout=0.0)
    inputs, labels = joint()
    is_held = {name: np.asarray(model.repeats(side))[..., 0] for name, side in inputs.items()}
    before, trained = (
        {name: np.asarray(model(inputs, training=training)[name]) for name in inputs} for training in (False, True)
    )
    model.history_oversampling.assign(1.5)
    for name, side in inputs.items():
        real = side[features.CANDIDATE_ITEMS] > 0
        assert is_held[name][real].any()
        raised = before[name] + 1.5 * is_held[name]
        np.testing.assert_allclose(np.asarray(model(inputs)[name])[real], raised[real], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(np.asarray(model.score(side))[real], raised[real], rtol=1e-4, atol=1e-5)
        np.testing.assert_allclose(np.asarray(model(inputs, training=True)[name]), trained[name], rtol=1e-4, atol=1e-5)


def test_it_is_learned_from_the_negatives_of_training():
    model = unisar(repeat_features=True)
    inputs, labels = joint()
    held = others = different = count = 0
    for name, side in inputs.items():
        for row in range(len(side[features.CANDIDATE_ITEMS])):
            clicked = side[features.SEARCH_ITEMS][row][side[features.SEARCH_KINDS][row] > 0]
            history = {*side[features.RECOMMENDATION_ITEMS][row].tolist(), *clicked.ravel().tolist()} - {0}
            negatives = side[features.CANDIDATE_ITEMS][row][labels[name][row] == 0].tolist()
            held += sum(each in history for each in negatives if each)
            others += sum(each not in history for each in negatives if each)
            different, count = different + len(history), count + 1
    model.start_from_features([(inputs, labels)])
    wanted = oversampling(held / count, others / count, different / count, model.vocabulary.items)
    assert float(model.history_oversampling) == pytest.approx(wanted, rel=1e-4)
