"""Whole SavedModels, good and bad, through the check."""

import json
import math

import keras
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.baseline_model.popularity_model import save_popularity_model
from components.servability_gate.check import check, main
from components.servability_gate.config import GateConfig
from components.servability_gate.verdict import Verdict
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.rank_models import letters, save_rank_model

CONFIG = GateConfig(examples=8)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[str]:
    history = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("bb",), "red mug"))
    examples = [
        behaviour_example(["a", "bb", "ccc"]),
        behaviour_example(["bb", "a"], user="u2", history=history),
        behaviour_example(["ccc", "a"], surface=Surface.SEARCH, query="mug", history=history[:1]),
    ]
    return [write_examples(tmp_path_factory.mktemp("examples") / "test.gz", examples)]


def test_a_good_model_may_be_served(tmp_path, files):
    save_popularity_model({b"a": 2, b"bb": 1}, str(tmp_path / "model"))
    verdict = check(str(tmp_path / "model"), files, CONFIG)
    assert verdict.servable, verdict.reasons
    assert verdict.median_latency_ms > 0


def test_a_keras_model_that_runs_in_python_but_not_in_tf_serving_is_refused(tmp_path, files):
    dense = keras.layers.Dense(1, name="dense")
    dense.build([None, 1])

    def score(candidates):
        return dense(letters(candidates)[..., None])[..., 0]

    module = tf.Module()
    module.layer = dense
    path = save_rank_model(tmp_path / "model", serving_default=score, rank=score, module=module)
    request = tf.constant([behaviour_example(["a", "bb"])])
    assert tf.saved_model.load(path).signatures["serving_default"](request)["scores"].shape == (1, 2)
    verdict = check(path, files, CONFIG)
    assert not verdict.servable
    assert all("`serving_default` failed" in each and "Could not find variable" in each for each in verdict.reasons)


def test_every_trouble_is_told_with_what_was_tried(tmp_path, files):
    def only_known(candidates):
        return tf.where(tf.strings.length(candidates) > 3, math.nan, letters(candidates))

    verdict = check(save_rank_model(tmp_path / "model", serving_default=only_known, rank=only_known), files, CONFIG)
    # Strangers have long names; both examples, two candidates each.
    assert verdict.reasons == (
        "unknown user, items and words: signature `serving_default` gave 4 of 4 scores that are not finite",
    )


def test_a_model_without_rank_is_refused(tmp_path, files):
    verdict = check(save_rank_model(tmp_path / "model", rank=None), files, CONFIG)
    assert verdict.reasons == (
        "the model should have the signatures ['rank', 'serving_default'], and of others only some of "
        "['catalogue_ranks', 'embed_item', 'embed_query', 'embed_user', 'recommend', 'search', 'sessions', "
        "'similar_items']; it has ['serving_default']",
    )


def test_signatures_that_disagree_are_refused(tmp_path, files):
    path = save_rank_model(tmp_path / "model", rank=lambda candidates: letters(candidates) + 2e-5)
    reason = check(path, files, CONFIG).reasons[0]
    assert reason.startswith(
        "examples with 2 candidates: `rank` and `serving_default` score the same examples differently, by up to 2"
    )
    assert check(path, files, GateConfig(examples=8, tolerance=1e-4)).servable


def test_scores_that_depend_on_who_else_is_in_the_request_are_refused(tmp_path, files):
    def against_the_mean(candidates):
        return letters(candidates) - tf.reduce_mean(letters(candidates))

    path = save_rank_model(tmp_path / "model", serving_default=against_the_mean, rank=against_the_mean)
    reason = check(path, files, CONFIG).reasons[0]
    # The means of (bb, a) and (ccc, a) are 1.5 and 2; together 1.75.
    assert reason == (
        "examples with 2 candidates: `serving_default` scores an example differently alone and together with others, "
        "by up to 0.25"
    )


def test_a_fixed_batch_is_refused(tmp_path, files):
    def pair(candidates):
        return tf.reshape(letters(candidates), [1, -1])

    path = save_rank_model(tmp_path / "model", serving_default=pair, rank=pair)
    assert (
        "should answer float32 [2, 2] (batch, candidates), it answered float32 [1, 4]"
        in check(path, files, CONFIG).reasons[0]
    )


def test_a_folder_that_holds_no_model_is_refused(tmp_path, files):
    (reason,) = check(str(tmp_path), files, CONFIG).reasons
    assert reason.startswith("the model does not load: Could not find SavedModel")


def test_what_may_be_served_is_written_with_requests_to_warm_it_up(tmp_path, files):
    good, bad = tmp_path / "good" / "requests", tmp_path / "bad" / "requests"
    model = save_rank_model(tmp_path / "model")
    assert check(model, files, CONFIG, str(good)).servable
    logs = [PredictionLog.FromString(each.numpy()) for each in tf.data.TFRecordDataset(str(good))]
    asked = [log.predict_log.request.model_spec.signature_name for log in logs]
    assert asked == ["serving_default"] * 3 + ["rank"] * 3
    assert not check(save_rank_model(tmp_path / "half", rank=None), files, CONFIG, str(bad)).servable
    assert not bad.exists()


def test_a_slow_model_is_refused_where_a_limit_is_set(tmp_path, files):
    path = save_rank_model(tmp_path / "model")
    (reason,) = check(path, files, GateConfig(examples=8, latency_limit_ms=1e-6)).reasons
    assert reason.startswith("the median `rank` request of one example took")
    assert reason.endswith("more than the limit of 1e-06 ms")


def test_the_command_prints_the_verdict_and_exits_by_it(tmp_path, files, capsys):
    assert main([save_rank_model(tmp_path / "good"), *files]) == 0
    assert Verdict.from_json(capsys.readouterr().out).servable
    assert main(["--config", json.dumps({"examples": 2}), save_rank_model(tmp_path / "bad", rank=None), *files]) == 1
    assert "it has ['serving_default']" in Verdict.from_json(capsys.readouterr().out).reasons[0]


def test_the_command_tells_a_check_that_could_not_be_carried_out_from_a_refusal(tmp_path, capsys):
    empty = write_examples(tmp_path / "empty.gz", [])
    assert main([str(tmp_path), empty]) == 2
    assert "could not be carried out: The gate needs examples to replay" in capsys.readouterr().err
