import json

import pytest

from serving.local_server.watching.access_log import AccessLog
from serving.local_server.watching.observation import GRPC, REST, Observer
from serving.local_server.wire.statuses import not_found


def counts(observer):
    """The lines that count requests, without the prefix of all of them."""
    lines = (line.removeprefix(":").replace(":serving:", " ") for line in observer.metrics.page().splitlines())
    return [line for line in lines if "_count{" in line]


def test_a_request_that_succeeds_is_counted_and_timed():
    observer = Observer()
    with observer.request(REST, "predict") as seen:
        seen.asks("m", is_served=True)
        seen.calls(7, "", is_known=True)
        with seen.running():
            pass
    called = 'model_name="m",version="7",signature_name="serving_default",API="predict",entrypoint="REST"'
    assert counts(observer) == [
        'tensorflow request_count{model_name="m",status="OK"} 1',
        'tensorflow request_latency_count{model_name="m",API="predict",entrypoint="REST"} 1',
        'tensorflow runtime_latency_count{model_name="m",API="predict",runtime="TF1"} 1',
        f'tandem request_count{{{called},status="OK"}} 1',
        f"tandem request_latency_count{{{called}}} 1",
    ]


@pytest.mark.parametrize(("error", "status"), [(not_found("m"), "NOT_FOUND"), (KeyError("x"), "INTERNAL")])
def test_a_request_that_fails_is_counted_but_not_timed(error, status):
    observer = Observer()
    with pytest.raises(type(error)), observer.request(GRPC, "Predict") as seen:
        seen.asks("m", is_served=True)
        raise error
    called = 'model_name="m",version="",signature_name="",API="Predict",entrypoint="GRPC"'
    assert counts(observer) == [
        f'tensorflow request_count{{model_name="m",status="{status}"}} 1',
        f'tandem request_count{{{called},status="{status}"}} 1',
    ]


def test_a_name_that_is_not_served_is_no_label(tmp_path):
    """There are more of them than any memory holds. The access log has them."""
    with AccessLog(str(tmp_path / "log")) as log:
        observer = Observer(access_log=log)
        with observer.request(GRPC, "Predict") as seen:
            seen.asks("x" * 9, is_served=False)
        with observer.request(GRPC, "Predict") as seen:
            seen.asks("m", is_served=True)
            seen.calls(7, "y" * 9, is_known=False)
    assert [line for line in counts(observer) if "tandem request_count" in line] == [
        f'tandem request_count{{{called},API="Predict",entrypoint="GRPC",status="OK"}} 1'
        for called in (
            'model_name="other",version="",signature_name=""',
            'model_name="m",version="7",signature_name="other"',
        )
    ]
    logged = [json.loads(line) for line in (tmp_path / "log").read_text(encoding="utf-8").splitlines()]
    assert [(line["model"], line["signature"]) for line in logged] == [("x" * 9, ""), ("m", "y" * 9)]


def test_a_request_that_is_refused_before_it_is_read(tmp_path):
    with AccessLog(str(tmp_path / "log")) as log:
        observer = Observer(access_log=log)
        observer.refused(REST, "predict", "UNAVAILABLE")
    called = 'model_name="other",version="",signature_name="",API="predict",entrypoint="REST"'
    assert counts(observer) == [
        'tensorflow request_count{model_name="other",status="UNAVAILABLE"} 1',
        f'tandem request_count{{{called},status="UNAVAILABLE"}} 1',
    ]
    (line,) = (tmp_path / "log").read_text(encoding="utf-8").splitlines()
    assert (json.loads(line)["status"], json.loads(line)["model"]) == ("UNAVAILABLE", "")
