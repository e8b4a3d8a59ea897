"""Each model can do what it is said to, and no more."""

import pytest

from models import registry
from models.contract import (
    DividesSessions,
    Explains,
    KnowsEngagements,
    LeavesRowsOut,
    Ranks,
    Retrieves,
    StartsFromFeatures,
    TakesTransitions,
)
from tests.support.small_models import unifiedssr, unisar

UNISAR_ALONE = {Explains, KnowsEngagements, StartsFromFeatures, TakesTransitions, LeavesRowsOut}
ALL = {Ranks, Retrieves, DividesSessions} | UNISAR_ALONE


@pytest.mark.parametrize(
    ("name", "make", "abilities"),
    [
        ("unisar", unisar, {Ranks} | UNISAR_ALONE),
        ("unifiedssr", unifiedssr, {Ranks, Retrieves, DividesSessions}),
    ],
)
def test_what_each_model_can_do(name, make, abilities):
    model = make()
    assert {each for each in ALL if isinstance(model, each)} == abilities
    assert registry.config_class(name) is type(model.config)
    assert (Retrieves in abilities) == (name in registry.RETRIEVING)
