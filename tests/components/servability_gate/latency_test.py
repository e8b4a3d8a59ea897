"""No clock is trusted here: what is asked, and what limits make of figures."""

from types import SimpleNamespace

import pytest
import tensorflow as tf

from components.servability_gate.checks.scores import RefusedError
from components.servability_gate.gate_config import GateLimits
from components.servability_gate.latency import measure, too_slow
from components.servability_gate.requests.probes import Probe
from schemas import signatures
from serving.client.call import INTERNAL, Call, CallError
from tests.support.behaviour_examples import behaviour_example

PROBE = Probe("some", tuple(tf.train.Example.FromString(behaviour_example([str(place)])) for place in range(20)))
FIGURES = {"rest_rank_p50_ms": 2.0, "rest_rank_p95_ms": 4.0, "grpc_rank_p50_ms": 1.0, "grpc_rank_p95_ms": 8.0}


class Protocol:
    def __init__(self, error=None):
        self.error = error
        self.asked = []

    def predict(self, call):
        if self.error:
            raise self.error
        self.asked.append(call.inputs[signatures.RANK_CANDIDATES])


def model(**transports):
    return SimpleNamespace(
        signature_defs={signatures.RANK: SimpleNamespace(inputs=[signatures.RANK_CANDIDATES])},
        transports=transports,
        call=lambda name, inputs: Call(name, {key: value.tolist() for key, value in inputs.items()}, ()),
    )


def test_one_example_at_a_time_is_ranked_over_and_over_by_each_protocol():
    rest, grpc = Protocol(), Protocol()
    figures = measure(model(REST=rest, gRPC=grpc), PROBE)
    assert set(figures) == set(FIGURES)
    assert 0 < figures["rest_rank_p50_ms"] <= figures["rest_rank_p95_ms"]
    assert rest.asked == grpc.asked == [[[str(place).encode()]] for place in range(16)] * 5


def test_a_request_that_fails_now_is_a_reason_too():
    with pytest.raises(RefusedError, match="^signature `rank` failed over REST: tired$"):
        measure(model(REST=Protocol(CallError(INTERNAL, "tired", "here"))), PROBE)


def test_limits_hold_for_each_protocol_and_where_they_are_set():
    assert too_slow(FIGURES, GateLimits(), ["REST", "gRPC"]) == []
    assert too_slow(FIGURES, GateLimits(rank_p50_ms=2.0, rank_p95_ms=8.0), ["REST", "gRPC"]) == []
    assert too_slow(FIGURES, GateLimits(rank_p50_ms=1.5, rank_p95_ms=7.5), ["REST", "gRPC"]) == [
        "signature `rank` over REST took 2.00 ms (p50) for an example, more than the limit of 1.5 ms; make the model "
        "smaller, or raise `gate.limits.rank_p50_ms`",
        "signature `rank` over gRPC took 8.00 ms (p95) for an example, more than the limit of 7.5 ms; make the model "
        "smaller, or raise `gate.limits.rank_p95_ms`",
    ]
