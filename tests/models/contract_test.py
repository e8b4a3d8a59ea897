"""Each model can do what it is said to, and no more."""

import pytest

from models import registry
from models.contract import DividesSessions, Explains, Ranks, Retrieves
from tests.support.small_models import unifiedssr, unisar


@pytest.mark.parametrize(
    ("name", "make", "abilities"),
    [
        ("unisar", unisar, {Ranks, Explains}),
        ("unifiedssr", unifiedssr, {Ranks, Retrieves, DividesSessions}),
    ],
)
def test_what_each_model_can_do(name, make, abilities):
    model = make()
    assert {each for each in (Ranks, Retrieves, Explains, DividesSessions) if isinstance(model, each)} == abilities
    assert registry.config_class(name) is type(model.config)
    assert (Retrieves in abilities) == (name in registry.RETRIEVING)
