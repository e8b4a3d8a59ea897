import numpy as np
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.servability_gate.warm_up_file import RecordedServable


class Lengths:
    """Stands in for a Servable whose signatures all tell how long texts are."""

    signature_defs = {"rank": None}
    closed = False

    def run(self, signature_name, inputs):
        if b"" in inputs["texts"]:
            raise ValueError("empty")
        return {"lengths": np.array([len(each) for each in inputs["texts"]])}

    def close(self):
        self.closed = True


def texts(*values):
    return {"texts": np.array(values, object), "k": np.full([len(values)], 3, np.int32)}


def test_the_first_requests_that_were_answered_are_written(tmp_path):
    model = Lengths()
    recorded = RecordedServable(model, of_each_signature=3)
    assert recorded.signature_defs is model.signature_defs
    with pytest.raises(ValueError, match="empty"):
        recorded.run("rank", texts(b""))
    for place in range(5):
        assert recorded.run("rank", texts(*[b"ab"] * (place + 1)))["lengths"].tolist() == [2] * (place + 1)
    recorded.run("search", texts(b"\xe2\x98\x83"))
    recorded.close()
    assert model.closed

    recorded.write(str(tmp_path / "assets.extra" / "requests"))
    records = tf.data.TFRecordDataset(str(tmp_path / "assets.extra" / "requests"))
    requests = [PredictionLog.FromString(each.numpy()).predict_log.request for each in records]
    assert [each.model_spec.signature_name for each in requests] == ["rank", "rank", "rank", "search"]
    assert {each.model_spec.name for each in requests} == {""}
    read = [{name: tf.make_ndarray(value) for name, value in each.inputs.items()} for each in requests]
    assert [len(each["texts"]) for each in read] == [1, 2, 3, 1]
    assert read[3]["texts"].tolist() == ["☃".encode()]
    assert read[3]["k"].dtype == np.int32


def test_where_none_are_remembered_none_are_written(tmp_path):
    recorded = RecordedServable(Lengths(), of_each_signature=0)
    recorded.run("rank", texts(b"ab"))
    recorded.write(str(tmp_path / "assets.extra" / "requests"))
    assert not (tmp_path / "assets.extra").exists()
