"""Warm-up files before a half_plus_two, and the versions that have them."""

import contextlib
import shutil
import weakref

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from serving.local_server.models.loader import Loader
from serving.local_server.models.servable import Servable
from serving.local_server.models.versions import ModelVersions, State
from serving.local_server.models.warm_up import WARM_UP_FILE, load_warm, replay
from tests.support.local_servers import free_ports, refusal, serving
from tests.support.tf_serving_models import save_models
from tests.support.tf_serving_requests import classify, examples, multi, predict, regress, spec


class Recorder:
    """Stands in for a Servable: what it was asked."""

    def __init__(self):
        self.asked = []

    def run(self, signature_name, inputs, output_filter=()):
        self.asked.append((signature_name, {name: values.tolist() for name, values in inputs.items()}, output_filter))


def log_of(**request):
    """The log of one request: predict=…, classify=…, regress=… or multi_inference=…."""
    ((kind, message),) = request.items()
    log = PredictionLog()
    getattr(log, f"{kind}_log").request.CopyFrom(message)
    return log


def predict_log(x, signature="", outputs=()):
    return log_of(predict=predict(spec(signature=signature), outputs, x=x))


def write(path, *logs):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for log in logs:
            writer.write(log if isinstance(log, bytes) else log.SerializeToString())
    return str(path)


def test_requests_are_asked_as_they_were(tmp_path):
    model = Recorder()
    logs = predict_log(np.float32([1, 2]), "half", ["y"]), predict_log(np.float32(3))
    assert replay(model, write(tmp_path / "requests", *logs)) == 2
    assert model.asked == [("half", {"x": [1.0, 2.0]}, ["y"]), ("", {"x": 3.0}, [])]


def test_requests_of_examples_are_asked_as_they_are_answered(tmp_path):
    save_models(tmp_path)

    def logs(classifies, regresses):
        given = examples(1.0, 2.0, bonus=3.0)
        yield log_of(classify=classify(spec(signature=classifies), given))
        yield log_of(regress=regress(spec(signature=regresses), given))
        yield log_of(multi_inference=multi(given, ("regress", spec(signature=regresses))))

    with contextlib.closing(Servable(str(tmp_path / "half_plus_two" / "00000123"))) as model:
        assert replay(model, write(tmp_path / "requests", *logs("classify_x_to_y", "regress_x_to_y"))) == 3
        for log in logs("serving_default", "serving_default"):
            file = write(tmp_path / "requests", log)
            message = refusal(replay, model, file, error=tf.errors.FailedPreconditionError)
            assert "inputs found in SignatureDef" in message


def test_a_model_needs_no_such_file(tmp_path):
    assert replay(Recorder(), str(tmp_path / "none")) == 0


def test_a_thousand_records_are_replayed_and_no_more(tmp_path):
    log = predict_log(np.float32(1))
    assert replay(Recorder(), write(tmp_path / "most", *[log] * 1000)) == 1000
    file = write(tmp_path / "more", *[log] * 1001)
    assert refusal(replay, Recorder(), file) == f"Number of warmup records exceeds the maximum (1000) at {file}"


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "requests").write_bytes(b"this is no file of records at all")
    message = refusal(replay, Recorder(), str(tmp_path / "requests"), error=tf.errors.DataLossError)
    assert message.endswith("Please verify your warmup data is in TFRecord format.")


def test_another_kind_of_record_is_refused(tmp_path):
    assert "Failed to parse warmup record" in refusal(replay, Recorder(), write(tmp_path / "requests", b"\xff\xff"))
    session_run = PredictionLog()
    session_run.session_run_log.SetInParent()
    for log, kind in ((session_run, "session_run_log"), (PredictionLog(), "None")):
        file = write(tmp_path / "requests", log)
        message = refusal(replay, Recorder(), file, error=tf.errors.UnimplementedError)
        assert message == f"Unsupported log_type for warmup: {kind}"


@pytest.fixture
def versions(half_plus_two, tmp_path):
    """Makes a version that brings a request along, and gives its path; half_plus_two answers float32 only."""

    def versions(version, x):
        shutil.copytree(half_plus_two, tmp_path / str(version))
        write(tmp_path / str(version) / WARM_UP_FILE, predict_log(x))
        return str(tmp_path / str(version))

    return versions


def test_a_version_loads_only_if_it_answers_what_it_brings_along(versions):
    with contextlib.closing(load_warm(versions(1, np.float32([2])))) as loaded:
        assert loaded.run("", {"x": np.float32([2])})["y"].tolist() == [3.0]
    assert refusal(load_warm, versions(2, np.int64([2]))) == "Expects arg[0] to be float but int64 is provided"


def test_a_version_whose_warm_up_fails_leaves_nothing_in_memory(versions, tmp_path, monkeypatch):
    made, load = [], Servable.__init__

    def noted(self, *given, **named):
        made.append(weakref.ref(self))
        load(self, *given, **named)

    monkeypatch.setattr(Servable, "__init__", noted)
    versions(1, np.int64([2]))
    model = ModelVersions("half", str(tmp_path), load_retries=9, retry_seconds=0.0, load=Loader())
    for tries in (1, 2, 3):
        model.poll()
        assert [each() for each in made] == [None] * tries
    (status,) = model.status()
    assert status.error_message == "Expects arg[0] to be float but int64 is provided"


@pytest.mark.parametrize(
    ("settings", "state"),
    [
        ({}, State.END),
        ({"enable_model_warmup": False}, State.AVAILABLE),
        ({"warm_up_behind": True}, State.AVAILABLE),
    ],
)
def test_a_server_can_be_told_to_leave_it_or_to_answer_before(versions, tmp_path, settings, state):
    versions(1, np.int64([2]))
    with serving(free_ports("half", tmp_path, max_num_load_retries=0, **settings)) as server:
        assert server.model.wait_for(1, state, timeout=60)
