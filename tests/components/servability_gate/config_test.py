from components.servability_gate.config import GateConfig


def test_the_gate_replays_the_test_split_and_sets_no_clock_by_default():
    assert GateConfig().split == "test"
    assert GateConfig().latency_limit_ms == 0.0
