"""One request, two protocols: what goes out, and what must come back alike."""

from types import SimpleNamespace

import numpy as np
import pytest
from tensorflow.core.framework import types_pb2

from components.servability_gate.candidate.candidate_server import ServerEndedError
from components.servability_gate.candidate.replayed_model import ReplayedModel
from components.servability_gate.checks.scores import RefusedError
from schemas import signatures
from serving.client.call import INTERNAL, UNAVAILABLE, CallError

DEFS = {
    signatures.RECOMMEND: SimpleNamespace(
        inputs=["user_id"],
        outputs={
            signatures.ITEMS: SimpleNamespace(dtype=types_pb2.DT_STRING),
            signatures.SCORES: SimpleNamespace(dtype=types_pb2.DT_FLOAT),
        },
    )
}
GOOD = {signatures.ITEMS: [["é", ""]], signatures.SCORES: [[0.1, 0.0]]}


class Server:
    """Stands in for a server that has ended, or has not."""

    grpc_address = rest_address = "127.0.0.1:1"

    def __init__(self, end=None):
        self.end = end

    def check_alive(self, patience_s=0.0):
        if self.end:
            raise self.end


class Answers:
    """Stands in for a protocol."""

    def __init__(self, outputs):
        self.outputs = outputs
        self.calls = []

    def predict(self, call):
        self.calls.append(call)
        if isinstance(self.outputs, Exception):
            raise self.outputs
        return self.outputs

    def close(self):
        self.outputs = RuntimeError("closed")


def model(rest, grpc, server=None):
    made = ReplayedModel(server or Server(), DEFS, tolerance=1e-5, timeout_s=30)
    made.close()
    made.transports = {"REST": Answers(rest), "gRPC": Answers(grpc)}
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
    (by_rest,), (by_grpc,) = (each.calls for each in made.transports.values())
    assert by_rest == by_grpc
    # Text goes as text; what is none goes as bytes.
    assert by_rest.inputs == {"user_id": ["é", b"\xff"]}
    assert by_rest.outputs == (signatures.ITEMS, signatures.SCORES)
    assert all(str(each.outputs) == "closed" for each in made.transports.values())


def test_numbers_that_are_none_are_alike_if_both_are():
    nan = {**GOOD, signatures.SCORES: [[float("nan"), float("inf")]]}
    assert np.isnan(ask(model(nan, nan))[signatures.SCORES][0, 0])


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        ({signatures.SCORES: [[0.35, 0.0]]}, "`scores` differently over REST and over gRPC, by up to 0.25"),
        ({signatures.SCORES: [[float("nan"), 0.0]]}, "`scores` differently over REST and over gRPC, by up to inf"),
        ({signatures.SCORES: [0.1, 0.0]}, "`scores` differently over REST and over gRPC, by up to inf"),
        ({signatures.ITEMS: [["e", ""]]}, "`items` differently over REST and over gRPC, by up to inf"),
    ],
)
def test_answers_that_differ_are_refused(other, difference):
    with pytest.raises(RefusedError, match=f"^signature `recommend` answers {difference}"):
        ask(model({**GOOD, **other}, GOOD))


@pytest.mark.parametrize("protocol", ["REST", "gRPC"])
def test_a_protocol_that_fails_is_named(protocol):
    failed = f"^signature `recommend` failed over {protocol}: "

    def failing(outputs, server=None):
        rest, grpc = (outputs, GOOD) if protocol == "REST" else (GOOD, outputs)
        return model(rest, grpc, server)

    with pytest.raises(RefusedError, match=f"{failed}INTERNAL: no luck$"):
        ask(failing(CallError(INTERNAL, "no\n luck", "here"), Server(RuntimeError("not asked"))))
    with pytest.raises(RefusedError, match=f"{failed}UNAVAILABLE: busy$"):
        ask(failing(CallError(UNAVAILABLE, "busy", "here")))
    with pytest.raises(ServerEndedError, match=f"{failed}it fell$"):
        ask(failing(CallError(UNAVAILABLE, "hung up", "here"), Server(ServerEndedError("it fell"))))
    with pytest.raises(RefusedError, match=f"{failed}the answer is no tensor: "):
        ask(failing({**GOOD, signatures.SCORES: [[0.1], [0.2, 0.3]]}))
