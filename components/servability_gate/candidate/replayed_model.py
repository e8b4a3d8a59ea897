"""Asks a served candidate over REST and over gRPC, which must give the same answer."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from components.servability_gate.candidate.candidate_server import MODEL_NAME, CandidateServer, ServerEndedError
from components.servability_gate.checks.scores import RefusedError, largest_difference, one_line
from components.servability_gate.requests.signature_inputs import SignatureDefs
from schemas.score_map import ScoreMap
from serving.client.call import UNAVAILABLE, Call, CallError
from serving.client.grpc_transport import GrpcTransport
from serving.client.rest_transport import RestTransport
from serving.client.transport import Transport

_PATIENCE_S = 2.0
"""How long after a broken connection the server may take to end."""


class ReplayedModel:
    """A model that is asked over both protocols; use it as a context manager.

    Attributes:
        signature_defs: The model's signatures by name.
        score_maps: How its scores are calibrated, by the surface's value; empty if they are not.
        transports: The connection of each protocol, by the name that refusals use.
    """

    def __init__(
        self,
        server: CandidateServer,
        signature_defs: SignatureDefs,
        tolerance: float,
        timeout_s: float,
        score_maps: Mapping[str, ScoreMap] | None = None,
    ):
        """Connects at the first call.

        Args:
            server: Where the model is served.
            signature_defs: Its signatures by name.
            tolerance: How far numbers may differ between the protocols.
            timeout_s: The seconds that one request may take.
            score_maps: See the attribute; None for none.
        """
        self.signature_defs = signature_defs
        self.score_maps = score_maps or {}
        self.transports: dict[str, Transport] = {
            "REST": RestTransport(server.rest_address, MODEL_NAME, timeout_s),
            "gRPC": GrpcTransport(server.grpc_address, MODEL_NAME, timeout_s),
        }
        self._server = server
        self._tolerance = tolerance

    def run(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Calls a signature over both protocols.

        Raises:
            ServerEndedError: The model took its server down, or its time is over.
            RefusedError: A protocol fails, or they answer differently.
        """
        call = self.call(signature_name, inputs)
        by_rest, by_grpc = (self._answer(protocol, call) for protocol in self.transports)
        for name, first in by_rest.items():
            difference = largest_difference(first, by_grpc[name])
            if difference > self._tolerance:
                raise RefusedError(
                    f"signature `{signature_name}` answers `{name}` differently over REST and over gRPC, by up to "
                    f"{difference:.3g}"
                )
        return by_grpc

    def call(self, signature_name: str, inputs: Mapping[str, np.ndarray]) -> Call:
        """Builds what both protocols send. Bytes that are UTF-8 go as text."""
        values = {name: _plain(array.tolist()) for name, array in inputs.items()}
        return Call(signature_name, values, tuple(sorted(self.signature_defs[signature_name].outputs)))

    def close(self) -> None:
        """Closes the connections."""
        for transport in self.transports.values():
            transport.close()

    def __enter__(self) -> "ReplayedModel":
        """Returns the model itself."""
        return self

    def __exit__(self, *error: object) -> None:
        """Closes the connections."""
        self.close()

    def _answer(self, protocol: str, call: Call) -> dict[str, np.ndarray]:
        where = f"signature `{call.signature}` failed over {protocol}"
        try:
            outputs = self.transports[protocol].predict(call)
        except CallError as error:
            if error.code == UNAVAILABLE:
                self._check_alive(where)
            raise RefusedError(f"{where}: {error.code}: {one_line(error.message)}") from error
        infos = self.signature_defs[call.signature].outputs
        try:
            return {name: _array(outputs[name], tf.dtypes.as_dtype(infos[name].dtype)) for name in call.outputs}
        except (TypeError, ValueError) as error:
            raise RefusedError(f"{where}: the answer is no tensor: {error}") from error

    def _check_alive(self, where: str) -> None:
        try:
            self._server.check_alive(_PATIENCE_S)
        except ServerEndedError as error:
            raise ServerEndedError(f"{where}: {error}") from error


def _plain(values: Any) -> Any:
    """Turns bytes that are UTF-8 into text, in nested lists."""
    if isinstance(values, list):
        return [_plain(each) for each in values]
    if isinstance(values, bytes):
        try:
            return values.decode()
        except UnicodeDecodeError:
            return values
    return values


def _array(values: Any, dtype: tf.DType) -> np.ndarray:
    """Turns nested lists into an array of the tensor's type; strings become `bytes`."""
    if dtype != tf.string:
        return np.array(values, dtype.as_numpy_dtype)
    return np.char.encode(np.array(values, np.str_), "utf-8").astype(object)
