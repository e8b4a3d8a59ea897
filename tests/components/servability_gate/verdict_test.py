from components.servability_gate.verdict import Verdict


def test_survives_the_way_between_processes():
    verdict = Verdict(("first\nreason", "“second”"), 1.5)
    line = verdict.to_json()
    assert "\n" not in line
    assert Verdict.from_json(line) == verdict


def test_one_reason_is_enough_to_refuse():
    assert Verdict().servable
    assert not Verdict(("reason",)).servable
