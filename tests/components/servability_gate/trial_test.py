"""Whole SavedModels, good and bad, through the check; `executor_test.py` has the server in a process of its own."""

import contextlib
import functools
import math
import socket

import keras
import pytest
import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from components.baseline_model.popularity_model import save_popularity_model
from components.servability_gate import trial as subject
from components.servability_gate.candidate.candidate_server import ServerEndedError
from components.servability_gate.gate_config import GateConfig, GateLimits
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example, write_examples
from tests.support.in_process_server import serve_in_process
from tests.support.rank_models import letters, save_rank_model, signature_of

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


def test_a_good_model_may_be_served(tmp_path, files):
    save_popularity_model({b"a": 2, b"bb": 1}, str(tmp_path / "model"))
    verdict = check(str(tmp_path / "model"), files, CONFIG)
    assert verdict.servable, verdict.reasons
    size = sum(path.stat().st_size for path in (tmp_path / "model").rglob("*") if path.is_file())
    assert verdict.figures.pop("model_mb") == size / 1e6
    assert set(verdict.figures) == {f"{protocol}_rank_p{of}_ms" for protocol in ("rest", "grpc") for of in (50, 95)}
    assert min(verdict.figures.values()) > 0


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


@pytest.mark.parametrize(
    ("kept", "refused"),
    [
        ({"recommendation": 1, "search": 1}, "`serving_default` scores a user differently if the history goes on"),
        ({"recommendation": 2, "search": 2}, None),  # Nobody has as much, so an older event would count.
        (None, None),
    ],
)
def test_a_model_that_counts_events_that_training_does_not_read_is_refused(tmp_path, files, kept, refused):
    @signature_of(signatures.SERVING_DEFAULT)
    def on_examples(examples):
        spec = {name: tf.io.RaggedFeature(tf.string) for name in (features.CANDIDATES, features.HISTORY_ITEMS)}
        columns = tf.io.parse_example(examples, spec)
        events = tf.cast(columns[features.HISTORY_ITEMS].row_lengths(), tf.float32)
        return {signatures.SCORES: letters(columns[features.CANDIDATES].to_tensor()) + events[:, tf.newaxis]}

    @signature_of(signatures.RANK)
    def on_request(**request):
        is_event = tf.not_equal(request[signatures.RANK_HISTORY_ITEMS], "")
        events = tf.reduce_sum(tf.cast(is_event, tf.float32), axis=[1, 2])
        return {signatures.SCORES: letters(request[signatures.RANK_CANDIDATES]) + events[:, tf.newaxis]}

    counting = {signatures.SERVING_DEFAULT: on_examples, signatures.RANK: on_request}
    path = save_rank_model(tmp_path / "model", serving_default=None, rank=None, further=counting)
    verdict = check(path, files, CONFIG, kept=kept)
    assert verdict.servable == (refused is None), verdict.reasons
    if refused:
        assert refused in verdict.reasons[0]


def only_known(candidates):
    return tf.where(tf.strings.length(candidates) > 3, math.nan, letters(candidates))


def slightly_more(candidates):
    return letters(candidates) + 2e-5


def against_the_mean(candidates):
    return letters(candidates) - tf.reduce_mean(letters(candidates))


@pytest.mark.parametrize(
    ("serving_default", "rank", "reason"),
    [
        # Strangers have long names; both examples, two candidates each. All else is well, so nothing else is said.
        (only_known, only_known, "unknown user, items and words: signature `serving_default` gave 4 of 4 scores"),
        (letters, None, "the model should have the signatures ['rank', 'serving_default'], and of others only"),
        (letters, slightly_more, "examples with 2 candidates: `rank` and `serving_default` score the same"),
        # The means of (bb, a) and (ccc, a) are 1.5 and 2; together 1.75.
        (against_the_mean, against_the_mean, "differently alone and together with others, by up to 0.25"),
    ],
    ids=["not finite", "without rank", "signatures disagree", "rows depend on others"],
)
def test_a_model_that_answers_badly_is_refused(tmp_path, files, serving_default, rank, reason):
    verdict = check(save_rank_model(tmp_path / "model", serving_default, rank), files, CONFIG)
    assert reason in verdict.reasons[0]
    if rank in (only_known, None):
        assert len(verdict.reasons) == 1
    if rank is slightly_more:
        assert check(str(tmp_path / "model"), files, GateConfig(examples=8, tolerance=1e-4)).servable


def test_what_may_be_served_is_written_with_requests_to_warm_it_up(tmp_path, rank_model, files):
    good, bad = tmp_path / "good", tmp_path / "bad"
    assert check(rank_model, files, CONFIG, str(good)).servable
    logs = [PredictionLog.FromString(each.numpy()) for each in tf.data.TFRecordDataset(str(good))]
    asked = [log.predict_log.request.model_spec.signature_name for log in logs]
    assert sorted(asked) == ["rank"] * 3 + ["serving_default"] * 3
    assert not check(save_rank_model(tmp_path / "half", rank=None), files, CONFIG, str(bad)).servable
    assert not bad.exists()


@pytest.mark.parametrize("of", ["p50", "p95"])
def test_a_slow_model_is_refused_where_a_limit_is_set(rank_model, files, of):
    limits = GateLimits(**{f"rank_{of}_ms": 0.0})
    reasons = check(rank_model, files, GateConfig(examples=2, limits=limits)).reasons
    assert [reason.split(" took ")[0] for reason in reasons] == [f"signature `rank` over {p}" for p in ("REST", "gRPC")]
    assert all(f" ms ({of}) for an example, more than the limit of 0 ms" in reason for reason in reasons)


def test_a_large_model_is_refused_where_a_limit_is_set(rank_model, files):
    verdict = check(rank_model, files, GateConfig(examples=2, limits=GateLimits(model_mb=0.0001)))
    (reason,) = verdict.reasons
    assert reason == (
        f"the exported model has {verdict.figures['model_mb']:.3g} MB, more than the limit of 0.0001 MB; make it "
        "smaller, or raise `gate.limits.model_mb`"
    )
    assert check(rank_model, files, GateConfig(examples=2, limits=GateLimits(1e9, 1e9, 1e9))).servable


def test_a_model_that_no_server_loads_is_refused(tmp_path, files):
    module = tf.Module()
    module.weight = tf.Variable(1.0)
    path = save_rank_model(tmp_path / "model", module=module)
    (tmp_path / "model" / "variables" / "variables.index").write_bytes(b"")
    (reason,) = check(path, files, CONFIG).reasons
    assert reason.startswith("the server cannot load the model: Graph execution error: file is too short")
    assert reason.endswith("; see that it loads in a v1 Session, as TF Serving's loader does")


def test_requests_that_would_fail_a_load_are_not_brought_along(rank_model, files, monkeypatch):
    def write_nonsense(path, *_):
        with open(path, "wb") as file:
            file.write(b"this is no file of records at all")
        return 1

    monkeypatch.setattr(subject, "write_warm_up_file", write_nonsense)
    (reason,) = check(rank_model, files, CONFIG).reasons
    assert reason.startswith("the requests that warm the model up fail: ") and "TFRecord" in reason


def test_nothing_more_is_asked_of_a_server_that_has_ended(rank_model, files):
    class Fallen:
        """Loads the model, and takes no request."""

        def __init__(self, server):
            self.grpc_address = server.grpc_address
            with socket.socket() as closed:
                closed.bind(("127.0.0.1", 0))
                self.rest_address = f"127.0.0.1:{closed.getsockname()[1]}"

        def check_alive(self, patience_s=0.0):
            if patience_s:
                raise ServerEndedError("the model took its server down with SIGSEGV: oh")

    @contextlib.contextmanager
    def serve(base_path, timeout_s):
        with serve_in_process(base_path, timeout_s) as server:
            yield Fallen(server)

    (reason,) = subject.check(rank_model, files, CONFIG, serve=serve).reasons
    assert reason == (
        "examples with 2 candidates: signature `serving_default` failed over REST: the model took its server down with "
        "SIGSEGV: oh"
    )


def test_a_model_and_examples_are_needed(tmp_path, files):
    (reason,) = check(str(tmp_path), files, CONFIG).reasons
    assert reason.startswith("the folder holds no SavedModel: ")
    with pytest.raises(ValueError, match="The gate needs examples to replay"):
        check(str(tmp_path), [write_examples(tmp_path / "empty.gz", [])], CONFIG)
