"""One request, two protocols: what goes out, and what must come back alike."""

from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2

from components.servability_gate.candidate.candidate_server import ServerEndedError
from components.servability_gate.candidate.replayed_model import ReplayedModel
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from serving.client.call import INTERNAL, UNAVAILABLE, CallError

OUTPUTS = {signatures.ITEMS: types_pb2.DT_STRING, signatures.SCORES: types_pb2.DT_FLOAT}
DEFS = {
    signatures.RECOMMEND: SimpleNamespace(
        inputs=["user_id"], outputs={name: SimpleNamespace(dtype=dtype) for name, dtype in OUTPUTS.items()}
    )
}
GOOD = {signatures.ITEMS: [["é", ""]], signatures.SCORES: [[0.1, 0.0]]}


def model(rest, grpc, server_end=None):
    """A model whose protocols answer with these outputs or fail with these errors; its server may have ended."""
    address = "127.0.0.1:1"
    server = Mock(grpc_address=address, rest_address=address, check_alive=Mock(side_effect=server_end))
    made = ReplayedModel(server, DEFS, tolerance=1e-5, timeout_s=30)
    made.close()
    made.transports = {
        name: Mock(predict=Mock(side_effect=[outputs])) for name, outputs in (("REST", rest), ("gRPC", grpc))
    }
    return made


def ask(made):
    return made.run(signatures.RECOMMEND, {"user_id": np.array([b"\xc3\xa9", b"\xff"], object)})


def test_both_protocols_are_asked_the_same_and_one_answer_comes_back():
    with model(GOOD, {**GOOD, signatures.SCORES: [[0.100001, 0.0]]}) as made:
        outputs = ask(made)
    assert outputs[signatures.ITEMS].tolist() == [["é".encode(), b""]]
    assert outputs[signatures.ITEMS].dtype == object
    assert outputs[signatures.SCORES].dtype == np.float32
    np.testing.assert_array_equal(outputs[signatures.SCORES], np.float32([[0.100001, 0.0]]))
    rest, grpc = made.transports.values()
    (call,) = rest.predict.call_args.args
    assert grpc.predict.call_args.args == (call,)
    # Text goes as text; what is none goes as bytes.
    assert call.inputs == {"user_id": ["é", b"\xff"]}
    assert call.outputs == (signatures.ITEMS, signatures.SCORES)
    assert rest.close.called and grpc.close.called


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        ({signatures.SCORES: [[0.35, 0.0]]}, 0.25),
        ({signatures.SCORES: [[float("nan"), 0.0]]}, "inf"),
        ({signatures.SCORES: [0.1, 0.0]}, "inf"),
        ({signatures.ITEMS: [["e", ""]]}, "inf"),
    ],
)
def test_answers_that_differ_are_refused(other, difference):
    (name,) = other
    told = f"^signature `recommend` answers `{name}` differently over REST and over gRPC, by up to {difference}$"
    with pytest.raises(RefusedError, match=told):
        ask(model({**GOOD, **other}, GOOD))


BUSY = CallError(UNAVAILABLE, "busy", "here")


@pytest.mark.parametrize("protocol", ["REST", "gRPC"])
@pytest.mark.parametrize(
    ("outputs", "end", "error", "words"),
    [
        (CallError(INTERNAL, "no\n luck", "here"), RuntimeError("not asked"), RefusedError, "INTERNAL: no luck$"),
        (BUSY, None, RefusedError, "UNAVAILABLE: busy$"),
        (BUSY, ServerEndedError("it fell"), ServerEndedError, "it fell$"),
        ({**GOOD, signatures.SCORES: [[0.1], [0.2, 0.3]]}, None, RefusedError, "the answer is no tensor: "),
    ],
)
def test_a_protocol_that_fails_is_named(protocol, outputs, end, error, words):
    rest, grpc = (outputs, GOOD) if protocol == "REST" else (GOOD, outputs)
    with pytest.raises(error, match=f"^signature `recommend` failed over {protocol}: {words}"):
        ask(model(rest, grpc, server_end=end))
