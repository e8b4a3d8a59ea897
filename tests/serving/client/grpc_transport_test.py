"""gRPC against a played server: only UNAVAILABLE is tried again, and all calls go over one connection."""

from concurrent import futures

import grpc
import pytest
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from schemas import signatures
from serving.client.answers import RankedItem
from serving.client.call import CallError
from serving.client.ranking_client import WireProtocol
from serving.client.requests import RankRequest
from serving.client.retry import RetryPolicy

REQUEST = RankRequest("1", ("a",))


class Played(prediction_service_pb2_grpc.PredictionServiceServicer):
    """Fails with the given codes, one a call, then answers with one score; keeps whom each call came from."""

    def __init__(self):
        self.codes = []
        self.callers = []

    def Predict(self, request, context):
        self.callers.append(context.peer())
        if self.codes:
            context.abort(self.codes.pop(0), "played")
        response = predict_pb2.PredictResponse()
        response.outputs[signatures.SCORES].CopyFrom(tf.make_tensor_proto([[0.5]]))
        return response


@pytest.fixture
def played():
    service = Played()
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=1))
    prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(service, server)
    service.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    yield service
    server.stop(None).wait()


@pytest.fixture
def client(client_class, played):
    retry = RetryPolicy(attempts=3, first_wait_s=0.001)
    with client_class(played.address, "shop", WireProtocol.GRPC, timeout_s=30, retry=retry) as client:
        yield client


def test_unavailable_is_tried_again(client, played):
    played.codes = [grpc.StatusCode.UNAVAILABLE] * 2
    assert client.rank(REQUEST) == [RankedItem("a", 0.5)]
    assert len(played.callers) == 3 and len(set(played.callers)) == 1


@pytest.mark.parametrize("code", [grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_other_codes_are_not_tried_again(client, played, code):
    played.codes = [code]
    with pytest.raises(CallError, match="played") as caught:
        client.rank(REQUEST)
    assert (caught.value.code, len(played.callers)) == (code.name, 1)
