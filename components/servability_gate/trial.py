"""Tries a SavedModel as it will be served: a server loads it, warms it up, and answers over REST and gRPC."""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence

from components.score_map_file import read_score_maps
from components.servability_gate.candidate.candidate_server import (
    CandidateServer,
    Serve,
    ServerEndedError,
    add_version,
    folder_mb,
    serve_candidate,
)
from components.servability_gate.candidate.replayed_model import ReplayedModel
from components.servability_gate.checks.offered import try_offered
from components.servability_gate.checks.scores import Asked, RefusedError, agree, answer, one_line
from components.servability_gate.checks.signature_defs import read_signature_defs
from components.servability_gate.gate_config import GateConfig
from components.servability_gate.latency import measure, too_slow
from components.servability_gate.requests.older_events import with_older_events
from components.servability_gate.requests.probes import Probe, probes
from components.servability_gate.requests.signature_inputs import SignatureDefs, signature_request
from components.servability_gate.requests.warm_up_file import write_warm_up_file
from components.servability_gate.verdict import MODEL_MB, Verdict
from schemas import signatures
from schemas.signature_catalogue import OfferedBy, names
from serving.client.call import NOT_FOUND, UNAVAILABLE, CallError
from serving.client.transport import VersionState

_LOOK_S = 0.1
_SCORED = names(offered_by=OfferedBy.EVERY_MODEL)
_WARMED_UP, _COLD = 1, 2
"""Versions of the candidate. The second is added only if the first does not become available."""


def check(
    model_dir: str,
    files: Sequence[str],
    config: GateConfig,
    warm_up_file: str = "",
    serve: Serve = serve_candidate,
    kept: Mapping[str, int] | None = None,
) -> Verdict:
    """Serves a model and sends it everything that the gate asks.

    Args:
        model_dir: The folder that holds `saved_model.pb`.
        files: Gzipped TFRecord files of behaviour examples.
        config: How much is asked, and what is accepted.
        warm_up_file: The file of warm-up requests to write if the model may be served; empty for none.
        serve: Starts and ends the server.
        kept: How many tokens of a history the model keeps, by the surface's value; None if nobody knows, and then no
            older events are tried.

    Returns:
        The verdict, with every reason against the model and what was measured.

    Raises:
        ValueError: The files hold no example that a request could ask about.
        RuntimeError: The server could not be run, which says nothing about the model.
    """
    asked = probes(files, config.examples)
    figures = {MODEL_MB: folder_mb(model_dir)}
    reasons = _too_large(figures[MODEL_MB], config.limits.model_mb)
    try:
        defs = read_signature_defs(model_dir)
        with tempfile.TemporaryDirectory() as base_path:
            requests = add_version(model_dir, base_path, _WARMED_UP)
            written = write_warm_up_file(requests, defs, asked, config.warm_up_requests)
            with serve(base_path, config.timeout_s) as server:
                candidate = _Candidate(model_dir, base_path, server, defs, config, kept or {})
                found, latencies = candidate.judge(asked)
            reasons += found
            figures |= latencies
            if warm_up_file and written and not reasons:
                shutil.copy(requests, warm_up_file)
    except RefusedError as error:
        reasons.append(str(error))
    return Verdict(tuple(reasons), figures)


class _Candidate:
    """A model below the base path of a running server."""

    def __init__(
        self,
        model_dir: str,
        base_path: str,
        server: CandidateServer,
        defs: SignatureDefs,
        config: GateConfig,
        kept: Mapping[str, int],
    ):
        self._model_dir = model_dir
        self._base_path = base_path
        self._server = server
        self._config = config
        self._kept = kept
        self._model = ReplayedModel(server, defs, config.tolerance, config.timeout_s, read_score_maps(model_dir))

    def judge(self, asked: Sequence[Probe]) -> tuple[list[str], dict[str, float]]:
        """The reasons against the model, and the latencies if there are none."""
        with self._model:
            fault = self._load_fault(_WARMED_UP)
            if fault:
                # The model is served without warm-up requests, to find out which request fails.
                add_version(self._model_dir, self._base_path, _COLD)
                cold_fault = self._load_fault(_COLD)
                if cold_fault:
                    raise RefusedError(
                        f"the server cannot load the model: {cold_fault}; see that it loads in a v1 Session, as TF "
                        "Serving's loader does"
                    )
            reasons = self._reasons(asked)
            if fault and not reasons:
                reasons.append(f"the requests that warm the model up fail: {fault}")
            if reasons:
                return reasons, {}
            latencies = measure(self._model, asked[0])
            return too_slow(latencies, self._config.limits, self._model.transports), latencies

    def _load_fault(self, version: int) -> str:
        """Waits for a version. Returns an empty text once it is available, else the reason why it will not be."""
        end = time.monotonic() + self._config.timeout_s
        while time.monotonic() < end:
            self._server.check_alive()
            for each in self._version_states():
                if each.version == version and each.state == "AVAILABLE":
                    return ""
                if each.version == version and each.state == "END":
                    return one_line(each.error) or "it was unloaded"
            time.sleep(_LOOK_S)
        raise ServerEndedError(
            f"the model was not available after {self._config.timeout_s:g} s; make it smaller, or raise "
            "`gate.timeout_s`"
        )

    def _version_states(self) -> list[VersionState]:
        try:
            return self._model.transports["gRPC"].version_states()
        except CallError as error:
            if error.code not in (NOT_FOUND, UNAVAILABLE):
                raise
            return []

    def _reasons(self, asked: Sequence[Probe]) -> list[str]:
        reasons = []
        for probe in asked:
            try:
                _try(self._model, probe, self._config.tolerance)
                if self._kept:
                    _try_older_events(self._model, probe, self._kept, self._config.tolerance)
            except RefusedError as error:
                reasons.append(f"{probe.name}: {error}")
                if isinstance(error, ServerEndedError):
                    break
        return reasons


def _try(model: Asked, probe: Probe, tolerance: float) -> None:
    """Asks for the probe's examples together and one by one.

    `serving_default` is what the Evaluator scored the model with; `rank` is what applications ask.
    """
    together = {
        name: answer(model, name, signature_request(model.signature_defs, name, probe.examples), probe.shape)
        for name in _SCORED
    }
    agree(
        together[signatures.RANK],
        together[signatures.SERVING_DEFAULT],
        tolerance,
        f"`{signatures.RANK}` and `{signatures.SERVING_DEFAULT}` score the same examples differently",
    )
    for place, example in enumerate(probe.examples):
        for name in _SCORED:
            inputs = signature_request(model.signature_defs, name, [example])
            alone = answer(model, name, inputs, (1, probe.shape[1]))
            difference = f"`{name}` scores an example differently alone and together with others"
            agree(alone[0], together[name][place], tolerance, difference)
    try_offered(model, probe.examples, tolerance)


def _try_older_events(model: Asked, probe: Probe, kept: Mapping[str, int], tolerance: float) -> None:
    """Asks for users of whom an application tells more than training read."""
    longer = [(example, with_older_events(example, kept)) for example in probe.examples]
    pairs = [(short, long) for short, long in longer if long is not None]
    for name in _SCORED if pairs else ():
        short, long = (
            answer(model, name, signature_request(model.signature_defs, name, examples), (len(pairs), probe.shape[1]))
            for examples in zip(*pairs, strict=True)
        )
        difference = (
            f"`{name}` scores a user differently if the history goes on with older events than the model keeps; "
            "training never has these, so they must not count"
        )
        agree(short, long, tolerance, difference)


def _too_large(size_mb: float, limit_mb: float | None) -> list[str]:
    if limit_mb is None or size_mb <= limit_mb:
        return []
    return [
        f"the exported model has {size_mb:.3g} MB, more than the limit of {limit_mb:g} MB; make it smaller, or raise "
        "`gate.limits.model_mb`"
    ]
