import json

import pytest

from serving.local_server.watching.access_log import AccessLog
from serving.local_server.watching.observation import GRPC, REST, Observer
from serving.local_server.wire.statuses import not_found


def lines(observer, start):
    return [line for line in observer.metrics.page().splitlines() if line.startswith(start)]


def test_a_request_that_succeeds_is_counted_and_timed():
    observer = Observer()
    with observer.request(REST, "predict") as seen:
        seen.model = "m"
        seen.calls(7, "")
        with seen.running():
            pass
    assert lines(observer, ":tensorflow:serving:request_count") == [
        ':tensorflow:serving:request_count{model_name="m",status="OK"} 1'
    ]
    assert lines(observer, ":tensorflow:serving:request_latency_count") == [
        ':tensorflow:serving:request_latency_count{model_name="m",API="predict",entrypoint="REST"} 1'
    ]
    assert lines(observer, ":tensorflow:serving:runtime_latency_count") == [
        ':tensorflow:serving:runtime_latency_count{model_name="m",API="predict",runtime="TF1"} 1'
    ]
    called = 'model_name="m",version="7",signature_name="serving_default",API="predict",entrypoint="REST"'
    assert lines(observer, ":tandem:serving:request_count") == [
        f':tandem:serving:request_count{{{called},status="OK"}} 1'
    ]
    assert lines(observer, ":tandem:serving:request_latency_count") == [
        f":tandem:serving:request_latency_count{{{called}}} 1"
    ]


@pytest.mark.parametrize(("error", "status"), [(not_found("m"), "NOT_FOUND"), (KeyError("x"), "INTERNAL")])
def test_a_request_that_fails_is_counted_but_not_timed(error, status):
    observer = Observer()
    with pytest.raises(type(error)), observer.request(GRPC, "Predict") as seen:
        seen.model = "m"
        raise error
    assert lines(observer, ":tensorflow:serving:request_count") == [
        f':tensorflow:serving:request_count{{model_name="m",status="{status}"}} 1'
    ]
    assert lines(observer, ":tensorflow:serving:request_latency_count") == []


def test_every_request_has_its_line_but_only_models_count(tmp_path):
    path = tmp_path / "access.jsonl"
    with AccessLog(str(path)) as log:
        observer = Observer(access_log=log)
        with observer.request(REST, "status", is_inference=False) as seen:
            seen.model = "m"
        with observer.request(GRPC, "Predict") as seen:
            seen.model = "m"
            seen.calls(7, "rank")
    status, predict = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert (status["api"], status["version"], status["signature"]) == ("status", None, "")
    assert (predict["api"], predict["version"], predict["signature"], predict["status"]) == ("Predict", 7, "rank", "OK")
    assert lines(observer, ":tensorflow:serving:request_count")[0].endswith(" 1")
