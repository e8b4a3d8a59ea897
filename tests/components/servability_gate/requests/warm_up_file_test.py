import numpy as np
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.servability_gate.requests.probes import Probe
from components.servability_gate.requests.warm_up_file import write_warm_up_file
from schemas import signatures
from schemas.canonical_event import Surface
from tests.support.asked_models import example, signature_defs


def search(candidate, query):
    return example([candidate], surface=Surface.SEARCH, query=query)


ASKED = [
    Probe("feed", (example(["a"]),)),
    Probe("both", (example(["b"]), search("☃", "mug"), search("d", "jug"))),
    Probe("strangers", (example(["e"]), search("f", "zzz"))),
]
DEFS = signature_defs(
    {
        signatures.RANK: [signatures.RANK_CANDIDATES, signatures.RANK_QUERY],
        signatures.SEARCH: [signatures.K, signatures.RANK_QUERY],
    }
)


def written(path):
    logs = [PredictionLog.FromString(each.numpy()) for each in tf.data.TFRecordDataset(str(path))]
    requests = [log.predict_log.request for log in logs]
    assert {each.model_spec.name for each in requests} == {""}
    return [
        (each.model_spec.signature_name, {name: tf.make_ndarray(value) for name, value in each.inputs.items()})
        for each in requests
    ]


def test_every_signature_gets_requests_of_several_rows_of_one_and_of_strangers(tmp_path):
    assert write_warm_up_file(str(tmp_path / "file"), DEFS, ASKED[1:], 4) == 8
    requests = written(tmp_path / "file")
    assert [name for name, _ in requests] == ["rank"] * 4 + ["search"] * 4
    assert [inputs["candidates"][:, 0].tolist() for name, inputs in requests if name == "rank"] == [
        [b"b", "☃".encode(), b"d"],
        [b"b"],
        [b"e", b"f"],
        ["☃".encode()],
    ]
    # Where nobody typed anything, nothing is searched for.
    searches = [inputs for name, inputs in requests if name == "search"]
    assert [each["query"].tolist() for each in searches] == [[b"mug", b"jug"], [b"mug"], [b"zzz"], [b"jug"]]
    assert {each["k"].dtype for each in searches} == {np.dtype(np.int32)}


def test_a_probe_without_searches_is_passed_over_and_there_may_be_fewer_than_wanted_and_none(tmp_path):
    assert write_warm_up_file(str(tmp_path / "file"), {signatures.SEARCH: DEFS[signatures.SEARCH]}, ASKED, 1) == 1
    ((_, request),) = written(tmp_path / "file")
    assert request["query"].tolist() == [b"mug", b"jug"]
    assert write_warm_up_file(str(tmp_path / "few"), DEFS, ASKED[:1] + ASKED[2:], 50) == 3 + 2
    assert write_warm_up_file(str(tmp_path / "none"), DEFS, ASKED, 0) == 0
    assert not (tmp_path / "none").exists()
