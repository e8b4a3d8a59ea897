from components.servability_gate.verdict import Verdict


def test_one_reason_is_enough_to_refuse():
    assert Verdict().servable and Verdict(figures={"model_mb": 1.0}).servable
    assert not Verdict(("reason",)).servable
