from components.servability_gate.checks.offered import CHECKS
from schemas.signature_catalogue import OfferedBy, names


def test_every_signature_that_a_model_may_offer_is_tried():
    """`serving_default` and `rank` are tried for each probe (`trial.py`)."""
    assert sorted([*CHECKS, *names(offered_by=OfferedBy.EVERY_MODEL)]) == sorted(names())
