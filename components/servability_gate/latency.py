"""Measures how long a warm model takes for `rank`, which applications ask most."""

import time
from collections.abc import Iterable, Mapping

import numpy as np

from components.servability_gate.candidate.replayed_model import ReplayedModel
from components.servability_gate.checks.scores import RefusedError, one_line
from components.servability_gate.gate_config import GateLimits
from components.servability_gate.requests.probes import Probe
from components.servability_gate.requests.signature_inputs import signature_request
from schemas import signatures
from serving.client.call import CallError

_EXAMPLES = 16
_REPEATS = 5
_PERCENTILES = (50, 95)


def measure(model: ReplayedModel, probe: Probe) -> dict[str, float]:
    """Asks `rank` for one example at a time, over and over, on one connection of each protocol.

    Args:
        model: The model, which has answered all of this before.
        probe: Some real examples.

    Returns:
        Milliseconds by name, such as `rest_rank_p50_ms`. They include the client's own share of a request.

    Raises:
        RefusedError: A request failed.
    """
    calls = [
        model.call(signatures.RANK, signature_request(model.signature_defs, signatures.RANK, [example]))
        for example in probe.examples[:_EXAMPLES]
    ]
    figures = {}
    for protocol, transport in model.transports.items():
        latencies_ms = []
        for call in calls * _REPEATS:
            start = time.perf_counter()
            try:
                transport.predict(call)
            except CallError as error:
                raise RefusedError(
                    f"signature `{call.signature}` failed over {protocol}: {one_line(error.message)}"
                ) from error
            latencies_ms.append(1000 * (time.perf_counter() - start))
        for percentile in _PERCENTILES:
            figures[_name(protocol, percentile)] = float(np.percentile(latencies_ms, percentile))
    return figures


def too_slow(figures: Mapping[str, float], limits: GateLimits, protocols: Iterable[str]) -> list[str]:
    """Lists the limits that the latencies exceed, as reasons to refuse the model."""
    reasons = []
    for percentile in _PERCENTILES:
        field = f"{signatures.RANK}_p{percentile}_ms"
        limit = getattr(limits, field)
        for protocol in protocols if limit is not None else ():
            took = figures[_name(protocol, percentile)]
            if took > limit:
                reasons.append(
                    f"signature `{signatures.RANK}` over {protocol} took {took:.2f} ms (p{percentile}) for an example, "
                    f"more than the limit of {limit:g} ms; make the model smaller, or raise `gate.limits.{field}`"
                )
    return reasons


def _name(protocol: str, percentile: int) -> str:
    return f"{protocol.lower()}_{signatures.RANK}_p{percentile}_ms"
