import pytest

from components.servability_gate.config import GateConfig


def test_the_gate_replays_the_test_split_and_sets_no_clock_by_default():
    assert GateConfig().split == "test"
    assert GateConfig().latency_limit_ms == 0.0


@pytest.mark.parametrize("requests", [-1, 51])
def test_no_more_requests_than_a_server_replays(requests):
    with pytest.raises(
        ValueError, match=f"`warm_up_requests` should be from 0 to 50. Received: warm_up_requests={requests}"
    ):
        GateConfig(warm_up_requests=requests)
