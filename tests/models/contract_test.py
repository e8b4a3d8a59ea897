"""Each model can do what it is said to, and no more."""

import pytest

from models import registry
from models.contract import (
    DividesSessions,
    Explains,
    KnowsEngagements,
    Ranks,
    Retrieves,
    StartsFromFeatures,
    TakesTransitions,
)
from tests.support.small_models import unifiedssr, unisar

ALL = (Ranks, Retrieves, Explains, DividesSessions, KnowsEngagements, StartsFromFeatures, TakesTransitions)


@pytest.mark.parametrize(
    ("name", "make", "abilities"),
    [
        ("unisar", unisar, {Ranks, Explains, KnowsEngagements, StartsFromFeatures, TakesTransitions}),
        ("unifiedssr", unifiedssr, {Ranks, Retrieves, DividesSessions}),
    ],
)
def test_what_each_model_can_do(name, make, abilities):
    model = make()
    assert {each for each in ALL if isinstance(model, each)} == abilities
    assert registry.config_class(name) is type(model.config)
    assert (Retrieves in abilities) == (name in registry.RETRIEVING)
