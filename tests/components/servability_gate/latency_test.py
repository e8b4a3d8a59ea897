"""No clock is trusted here: what is asked, and what limits make of figures."""

from types import SimpleNamespace

import pytest

from components.servability_gate.checks.scores import RefusedError
from components.servability_gate.gate_config import GateLimits
from components.servability_gate.latency import measure, too_slow
from components.servability_gate.requests.probes import Probe
from schemas import signatures
from serving.client.call import INTERNAL, Call, CallError
from tests.support.asked_models import example, signature_defs

PROBE = Probe("some", tuple(example([str(place)]) for place in range(20)))
FIGURES = {"rest_rank_p50_ms": 2.0, "rest_rank_p95_ms": 4.0, "grpc_rank_p50_ms": 1.0, "grpc_rank_p95_ms": 8.0}


def measured(**protocols):
    """Measures a model behind these protocols: functions of a call."""
    model = SimpleNamespace(
        signature_defs=signature_defs({signatures.RANK: [signatures.RANK_CANDIDATES]}),
        transports={name: SimpleNamespace(predict=predict) for name, predict in protocols.items()},
        call=lambda name, inputs: Call(name, {key: value.tolist() for key, value in inputs.items()}, ()),
    )
    return measure(model, PROBE)


def test_one_example_at_a_time_is_ranked_over_and_over_by_each_protocol():
    rest, grpc = [], []
    figures = measured(REST=rest.append, gRPC=grpc.append)
    assert set(figures) == set(FIGURES)
    assert 0 < figures["rest_rank_p50_ms"] <= figures["rest_rank_p95_ms"]
    assert rest == grpc
    asked = [call.inputs[signatures.RANK_CANDIDATES] for call in rest]
    assert asked == [[[str(place).encode()]] for place in range(16)] * 5

    def fails(call):
        raise CallError(INTERNAL, "tired", "here")

    with pytest.raises(RefusedError, match="^signature `rank` failed over REST: tired$"):
        measured(REST=fails)


def test_limits_hold_for_each_protocol_and_where_they_are_set():
    for limits in (GateLimits(), GateLimits(rank_p50_ms=2.0, rank_p95_ms=8.0)):
        assert too_slow(FIGURES, limits, ["REST", "gRPC"]) == []
    assert too_slow(FIGURES, GateLimits(rank_p50_ms=1.5, rank_p95_ms=7.5), ["REST", "gRPC"]) == [
        "signature `rank` over REST took 2.00 ms (p50) for an example, more than the limit of 1.5 ms; make the model "
        "smaller, or raise `gate.limits.rank_p50_ms`",
        "signature `rank` over gRPC took 8.00 ms (p95) for an example, more than the limit of 7.5 ms; make the model "
        "smaller, or raise `gate.limits.rank_p95_ms`",
    ]
