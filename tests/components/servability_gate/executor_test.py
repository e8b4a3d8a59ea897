"""The executor with TFX's artifacts, the server in its own process, and the Pusher as the reader of the blessing."""

import os
from pathlib import Path

import pytest
import tensorflow as tf
from tfx.components.pusher.executor import Executor as Pusher
from tfx.types import standard_artifacts

from components.servability_gate.executor import Executor, bless
from components.servability_gate.gate_config import GateConfig
from components.servability_gate.verdict import Verdict
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.model_folders import artifact_at
from tests.support.rank_models import save_rank_model


@pytest.fixture
def blessing(tmp_path):
    return artifact_at(tmp_path / "blessing", standard_artifacts.InfraBlessing)


def test_a_servable_model_is_blessed(tmp_path, blessing):
    write_examples(tmp_path / "examples" / "Split-test" / "one.gz", [behaviour_example(["a", "b"])])
    model_dir = tmp_path / "model" / "Format-Serving"
    save_rank_model(model_dir)
    examples = artifact_at(tmp_path / "examples", standard_artifacts.Examples)
    inputs = {"model": [artifact_at(tmp_path / "model")], "examples": [examples]}

    properties = {"config": GateConfig(examples=2).to_json(), "kept": '{"recommendation": 5, "search": 5}'}
    Executor().Do(inputs, {"blessing": [blessing]}, properties)

    assert Pusher().CheckBlessing({"infra_blessing": [blessing]})
    pushed = Path(Pusher().GetModelPath({"infra_blessing": [blessing]}))
    requests = pushed / "assets.extra" / "tf_serving_warmup_requests"
    assert len(list(tf.data.TFRecordDataset(str(requests)))) == 6
    assert (pushed / "saved_model.pb").read_bytes() == (model_dir / "saved_model.pb").read_bytes()
    assert blessing.get_float_custom_property("model_mb") > 0
    assert blessing.get_float_custom_property("rest_rank_p95_ms") > 0
    # The trained model's own artifact is as it was.
    assert not (model_dir / "assets.extra").exists()


def test_a_refusal_keeps_the_pusher_from_pushing_and_says_why(blessing):
    bless(blessing, Verdict(("first reason", "second reason"), {"model_mb": 1.5}))
    assert os.listdir(blessing.uri) == ["INFRA_NOT_BLESSED"]
    assert not Pusher().CheckBlessing({"infra_blessing": [blessing]})
    assert blessing.get_string_custom_property("reasons") == "first reason\nsecond reason"
    assert blessing.get_float_custom_property("model_mb") == 1.5
