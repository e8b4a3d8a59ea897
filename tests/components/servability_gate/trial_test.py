"""Whole SavedModels, good and bad, through the check; `executor_test.py` has the server in a process of its own."""

import functools
import math
import re
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from components.baseline_model.popularity_model import save_popularity_model
from components.servability_gate import trial as subject
from components.servability_gate.candidate.candidate_server import ServerEndedError
from components.servability_gate.gate_config import GateConfig, GateLimits
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.in_process_server import InProcessServer, serve_in_process
from tests.support.rank_models import letters, save_rank_model

CONFIG = GateConfig(examples=8)
check = functools.partial(subject.check, serve=serve_in_process)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> list[str]:
    history = (Token(Surface.RECOMMENDATION, ("a",)), Token(Surface.SEARCH, ("bb",), "red mug"))
    examples = [
        behaviour_example(["a", "bb", "ccc"]),
        behaviour_example(["bb", "a"], user="u2", history=history),
        behaviour_example(["ccc", "a"], surface=Surface.SEARCH, query="mug", history=history[:1]),
    ]
    return [write_examples(tmp_path_factory.mktemp("examples") / "test.gz", examples)]


@pytest.fixture(scope="module")
def rank_model(tmp_path_factory) -> str:
    return save_rank_model(tmp_path_factory.mktemp("rank") / "model")


def test_a_good_model_may_be_served_and_requests_to_warm_it_up_are_written(tmp_path, files):
    save_popularity_model({b"a": 2, b"bb": 1}, str(tmp_path / "model"))
    verdict = check(str(tmp_path / "model"), files, CONFIG, str(tmp_path / "warm_up"))
    assert verdict.servable, verdict.reasons
    size = sum(path.stat().st_size for path in (tmp_path / "model").rglob("*") if path.is_file())
    assert verdict.figures.pop("model_mb") == size / 1e6
    assert set(verdict.figures) == {f"{protocol}_rank_p{of}_ms" for protocol in ("rest", "grpc") for of in (50, 95)}
    assert min(verdict.figures.values()) > 0
    assert len(list(tf.data.TFRecordDataset(str(tmp_path / "warm_up")))) == 6


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
    for reason in verdict.reasons:
        assert "`serving_default` failed over REST: " in reason and "Could not find variable" in reason


def only_known(candidates):
    return tf.where(tf.strings.length(candidates) > 3, math.nan, letters(candidates))


def slightly_more(candidates):
    return letters(candidates) + 2e-5


def against_the_mean(candidates):
    return letters(candidates) - tf.reduce_mean(letters(candidates))


@pytest.mark.parametrize(
    ("serving_default", "rank", "reason"),
    [
        # Strangers have long names; both examples, two candidates each.
        (only_known, only_known, "unknown user, items and words: signature `serving_default` gave 4 of 4 scores"),
        (letters, slightly_more, "examples with 2 candidates: `rank` and `serving_default` score the same"),
        # The means of (bb, a) and (ccc, a) are 1.5 and 2; together 1.75.
        (against_the_mean, against_the_mean, "differently alone and together with others, by up to 0.25"),
    ],
    ids=["not finite", "signatures disagree", "rows depend on others"],
)
def test_a_model_that_answers_badly_is_refused(tmp_path, files, serving_default, rank, reason):
    model = save_rank_model(tmp_path / "model", serving_default, rank)
    verdict = check(model, files, CONFIG, str(tmp_path / "warm_up"))
    assert reason in verdict.reasons[0] and not (tmp_path / "warm_up").exists()
    if serving_default is only_known:
        assert len(verdict.reasons) == 1, "all else is well"
    if rank is slightly_more:
        assert check(model, files, GateConfig(examples=8, tolerance=1e-4)).servable


TOO_SLOW = r"signature `rank` over {} took .* ms \(p95\) for an example, more than the limit of 0 ms; .*"
TOO_LARGE = r"model has [\d.]+ MB, more than the limit of 0.0001 MB; make it smaller, or raise `gate.limits.model_mb`$"


@pytest.mark.parametrize(
    ("limits", "reasons"),
    [
        ({"rank_p95_ms": 0.0}, [TOO_SLOW.format("REST"), TOO_SLOW.format("gRPC")]),
        ({"model_mb": 0.0001}, [TOO_LARGE]),
        ({"rank_p50_ms": 1e9, "rank_p95_ms": 1e9, "model_mb": 1e9}, []),
    ],
)
def test_a_slow_or_large_model_is_refused_where_a_limit_is_set(rank_model, files, limits, reasons):
    found = check(rank_model, files, GateConfig(examples=2, limits=GateLimits(**limits))).reasons
    assert all(re.search(*each) for each in zip(reasons, found, strict=True)), found


def test_a_model_that_no_server_loads_is_refused(tmp_path, files):
    module = tf.Module()
    module.weight = tf.Variable(1.0)
    path = save_rank_model(tmp_path / "model", module=module)
    (tmp_path / "model" / "variables" / "variables.index").write_bytes(b"")
    (reason,) = check(path, files, CONFIG).reasons
    assert reason.startswith("the server cannot load the model: Graph execution error: file is too short")
    assert reason.endswith("; see that it loads in a v1 Session, as TF Serving's loader does")


def test_requests_that_would_fail_a_load_are_not_brought_along(rank_model, files, monkeypatch):
    no_records = b"this is no file of records at all"
    monkeypatch.setattr(subject, "write_warm_up_file", lambda path, *_: Path(path).write_bytes(no_records))
    (reason,) = check(rank_model, files, CONFIG).reasons
    assert reason.startswith("the requests that warm the model up fail: ") and "TFRecord" in reason


def test_nothing_more_is_asked_of_a_server_that_has_ended(rank_model, files, monkeypatch):
    def check_alive(server, patience_s=0.0):
        if patience_s:
            raise ServerEndedError("the model took its server down with SIGSEGV: oh")

    # It loads the model, and takes no request: nobody listens at port 1.
    monkeypatch.setattr(InProcessServer, "rest_address", "127.0.0.1:1")
    monkeypatch.setattr(InProcessServer, "check_alive", check_alive)
    (reason,) = check(rank_model, files, CONFIG).reasons
    assert reason == (
        "examples with 2 candidates: signature `serving_default` failed over REST: the model took its server down with "
        "SIGSEGV: oh"
    )
