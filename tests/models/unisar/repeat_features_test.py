import math

import numpy as np
import pytest
from keras import ops

from models.unisar.repeat_features import RepeatFeatures
from schemas import features
from tests.models.unisar.overlap_features_test import EMPTY_HISTORY, request
from tests.support.layer_case import run_build_test
from tests.support.small_models import unisar

TOTAL = 1 + 1 / 2 + 1 / 3
"""The weights of a history of three tokens: the ages of items 2, 1 and 3 in `request` are 0, 1 and 2."""


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, [[0, 1 / 2 / TOTAL, math.log(2)], [1, 1 / TOTAL, math.log(2)], [0, 1 / 3 / TOTAL, math.log(2)]]),
        (
            {features.RECOMMENDATION_ITEMS: [[2, 2, 0]]},
            [[0, 1 / 2 / TOTAL, math.log(2)], [1, (1 + 1 / 3) / TOTAL, math.log(3)], [0, 0, 0]],
        ),
        (EMPTY_HISTORY, [[0, 0, 0]] * 3),
    ],
    ids=["each once", "the newest twice", "no history"],
)
def test_how_the_history_holds_a_candidate(changed, expected):
    candidates = {features.CANDIDATE_ITEMS: [[1, 2, 3, 6, 0]]}
    found = np.asarray(RepeatFeatures()(request(**candidates | changed)))[0]
    np.testing.assert_allclose(found, [*expected, [0, 0, 0], [0, 0, 0]], rtol=1e-5)


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
