"""What is gRPC's own: answers of another signature, and that only UNAVAILABLE is tried again."""

import asyncio
from concurrent import futures

import grpc
import pytest
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from schemas import signatures
from serving.client.call import CallError
from serving.client.grpc_transport import AsyncGrpcTransport
from serving.client.ranking_client import RankingClient, WireProtocol
from serving.client.requests import RankRequest
from serving.client.retry import RetryPolicy


class Scripted(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Fails with the given codes, one a call, then answers with one score."""

    def __init__(self):
        self.codes = []
        self.calls = 0
        self.output = signatures.SCORES

    def Predict(self, request, context):
        self.calls += 1
        if self.codes:
            context.abort(self.codes.pop(0), "scripted")
        response = predict_pb2.PredictResponse()
        tensor = response.outputs[self.output]
        tensor.dtype = 1
        for size in (1, 1):
            tensor.tensor_shape.dim.add(size=size)
        tensor.float_val.append(0.5)
        return response


@pytest.fixture
def scripted():
    service = Scripted()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(service, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield service, f"127.0.0.1:{port}"
    server.stop(None).wait()


def ask(address):
    retry = RetryPolicy(attempts=3, first_wait_s=0.001)
    with RankingClient(address, "shop", WireProtocol.GRPC, timeout_s=30, retry=retry) as client:
        return [item.score for item in client.rank(RankRequest("1", ("a",)))]


def test_unavailable_is_tried_again(scripted):
    service, address = scripted
    service.codes = [grpc.StatusCode.UNAVAILABLE] * 2
    assert ask(address) == [0.5]
    assert service.calls == 3


@pytest.mark.parametrize("code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_other_codes_are_not_tried_again(scripted, code):
    service, address = scripted
    service.codes = [code]
    with pytest.raises(CallError, match="scripted") as caught:
        ask(address)
    assert caught.value.code == code.name
    assert service.calls == 1


def test_an_answer_of_another_signature(scripted):
    service, address = scripted
    service.output = "logits"
    with pytest.raises(CallError, match="not an answer of the rank signature: it has \\['logits'\\]"):
        ask(address)


def test_may_be_made_before_there_is_an_event_loop(rank_server):
    transport = AsyncGrpcTransport(rank_server.grpc_address, "shop", timeout_s=30)

    async def run():
        names = await transport.signature_names()
        await transport.close()
        return names

    assert asyncio.run(run()) == {"rank"}
