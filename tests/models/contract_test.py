"""Each model can do what it is said to, and no more."""

import pytest

from models.contract import DividesSessions, Explains, Ranks, Retrieves
from models.unifiedssr.unifiedssr_config import UnifiedSSRConfig
from models.unifiedssr.unifiedssr_model import UnifiedSSR
from models.unisar.unisar_config import UniSARConfig
from models.unisar.unisar_model import UniSAR
from tests.support import unisar_batches

VOCABULARY = unisar_batches.vocabulary()


@pytest.mark.parametrize(
    ("model", "abilities"),
    [
        (lambda: UniSAR(UniSARConfig(dim=8), VOCABULARY), {Ranks, Explains}),
        (lambda: UnifiedSSR(UnifiedSSRConfig(dim=8), VOCABULARY), {Ranks, Retrieves, DividesSessions}),
    ],
)
def test_what_each_model_can_do(model, abilities):
    built = model()
    assert {each for each in (Ranks, Retrieves, Explains, DividesSessions) if isinstance(built, each)} == abilities


def test_sessions_may_be_left_out():
    with_sessions, without = (UnifiedSSR(UnifiedSSRConfig(dim=8, sessions=count), VOCABULARY) for count in (2, 0))
    assert with_sessions.divides_sessions and not without.divides_sessions
