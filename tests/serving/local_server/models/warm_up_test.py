"""Warm-up files before a half_plus_two, and the versions that have them."""

import shutil

import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from serving.local_server.models.servable import Servable
from serving.local_server.models.versions import ModelVersions, State
from serving.local_server.models.warm_up import WARM_UP_FILE, load_warm, replay
from tests.support.tf_serving_models import save_models
from tests.support.tf_serving_requests import examples, multi, spec


class Recorder:
    """Stands in for a Servable: what it was asked."""

    def __init__(self):
        self.asked = []

    def run(self, signature_name, inputs, output_filter=()):
        self.asked.append((signature_name, {name: values.tolist() for name, values in inputs.items()}, output_filter))


def predict_log(x, signature_name=""):
    log = PredictionLog()
    log.predict_log.request.model_spec.signature_name = signature_name
    log.predict_log.request.inputs["x"].CopyFrom(tf.make_tensor_proto(x))
    return log


def write(path, *logs):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tf.io.TFRecordWriter(str(path)) as writer:
        for log in logs:
            writer.write(log if isinstance(log, bytes) else log.SerializeToString())
    return str(path)


@pytest.fixture(scope="module")
def servable(half_plus_two):
    loaded = Servable(str(half_plus_two))
    yield loaded
    loaded.close()


def test_requests_are_asked_as_they_were(tmp_path):
    model = Recorder()
    log = predict_log(np.float32([1, 2]), "half")
    log.predict_log.request.output_filter.append("y")
    assert replay(model, write(tmp_path / "requests", log, predict_log(np.float32(3)))) == 2
    assert model.asked == [("half", {"x": [1.0, 2.0]}, ["y"]), ("", {"x": 3.0}, [])]


def test_requests_of_examples_are_asked_as_they_are_answered(tmp_path):
    save_models(tmp_path)
    model = Servable(str(tmp_path / "half_plus_two" / "00000123"))
    classify, regress, several = PredictionLog(), PredictionLog(), PredictionLog()
    for log in (classify.classify_log, regress.regress_log):
        log.request.input.CopyFrom(examples(1.0, 2.0, bonus=3.0))
        log.request.model_spec.signature_name = "classify_x_to_y" if log is classify.classify_log else "regress_x_to_y"
    several.multi_inference_log.request.CopyFrom(multi(examples(4.0), ("regress", spec(signature="regress_x_to_y"))))
    assert replay(model, write(tmp_path / "requests", classify, regress, several)) == 3
    for log, request in (
        (classify, classify.classify_log.request),
        (regress, regress.regress_log.request),
        (several, several.multi_inference_log.request.tasks[0]),
    ):
        request.model_spec.signature_name = "serving_default"
        with pytest.raises(tf.errors.FailedPreconditionError, match="inputs found in SignatureDef"):
            replay(model, write(tmp_path / "requests", log))
    model.close()


def test_a_model_needs_no_such_file(tmp_path):
    assert replay(Recorder(), str(tmp_path / "none")) == 0


def test_a_thousand_records_are_replayed_and_no_more(tmp_path):
    log = predict_log(np.float32(1))
    assert replay(Recorder(), write(tmp_path / "most", *[log] * 1000)) == 1000
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Number of warmup records exceeds the maximum \(1000\)"):
        replay(Recorder(), write(tmp_path / "more", *[log] * 1001))


def test_another_kind_of_file_is_refused(tmp_path):
    (tmp_path / "requests").write_bytes(b"this is no file of records at all")
    with pytest.raises(tf.errors.DataLossError, match="Please verify your warmup data is in TFRecord format."):
        replay(Recorder(), str(tmp_path / "requests"))


def test_another_kind_of_record_is_refused(tmp_path):
    with pytest.raises(tf.errors.InvalidArgumentError, match="Failed to parse warmup record"):
        replay(Recorder(), write(tmp_path / "requests", b"\xff\xff"))
    session_run = PredictionLog()
    session_run.session_run_log.SetInParent()
    for log, kind in ((session_run, "session_run_log"), (PredictionLog(), "None")):
        with pytest.raises(tf.errors.UnimplementedError, match=f"Unsupported log_type for warmup: {kind}"):
            replay(Recorder(), write(tmp_path / "requests", log))


def test_a_request_that_fails_fails_the_load(servable, tmp_path):
    file = write(tmp_path / "requests", predict_log(np.float32(1)), predict_log(np.float32(1), "none"))
    with pytest.raises(tf.errors.FailedPreconditionError, match='Serving signature key "none" not found.'):
        replay(servable, file)


def test_a_version_is_available_only_if_it_answers_what_it_brings_along(half_plus_two, tmp_path):
    shutil.copytree(half_plus_two, tmp_path / "1")
    write(tmp_path / "1" / WARM_UP_FILE, predict_log(np.float32([2])))
    loaded = load_warm(str(tmp_path / "1"))
    assert loaded.run("", {"x": np.float32([2])})["y"].tolist() == [3.0]
    loaded.close()

    shutil.copytree(half_plus_two, tmp_path / "2")
    write(tmp_path / "2" / WARM_UP_FILE, predict_log(np.int64([2])))
    model = ModelVersions("half", str(tmp_path), load_retries=0)
    model.poll()
    (status,) = model.status()
    assert (status.version, status.state, status.error_code) == (2, State.END, tf.errors.INVALID_ARGUMENT)
    assert status.error_message == "Expects arg[0] to be float but int64 is provided"


def test_a_server_can_be_told_to_leave_it(half_plus_two, tmp_path):
    from serving.local_server.server import LocalServer, ServerConfig

    shutil.copytree(half_plus_two, tmp_path / "1")
    write(tmp_path / "1" / WARM_UP_FILE, predict_log(np.int64([2])))
    config = ServerConfig("half", str(tmp_path), port=0, rest_api_port=0, enable_model_warmup=False)
    with LocalServer(config) as server:
        assert server.model.wait_for(1, State.AVAILABLE, timeout=60)


@pytest.mark.parametrize(("behind", "state"), [(True, State.AVAILABLE), (False, State.END)])
def test_a_server_can_be_told_to_answer_before(half_plus_two, tmp_path, behind, state):
    from serving.local_server.server import LocalServer, ServerConfig

    shutil.copytree(half_plus_two, tmp_path / "1")
    write(tmp_path / "1" / WARM_UP_FILE, predict_log(np.int64([2])))
    config = ServerConfig("half", str(tmp_path), port=0, rest_api_port=0, max_num_load_retries=0, warm_up_behind=behind)
    with LocalServer(config) as server:
        assert server.model.wait_for(1, state, timeout=60)
