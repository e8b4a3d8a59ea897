"""Batches before a model that tells how many rows it saw at once."""

import concurrent.futures
import time

import numpy as np
import pytest
import tensorflow as tf

from serving.local_server.models.batching import BatchedServable
from serving.local_server.watching.server_metrics import Metrics
from serving.local_server.wire.text_configs import BatchingConfig
from tests.support.local_servers import refusal
from tests.support.tf_serving_models import PREDICT, save_graph

LONG = 60_000_000


def _signatures():
    x = tf.compat.v1.placeholder(tf.float32, None, name="x")
    other = tf.compat.v1.placeholder(tf.float32, None, name="other")
    positive = tf.debugging.assert_non_negative(x, message="negative")
    with tf.control_dependencies([positive]):
        rows = tf.fill([tf.shape(x)[0]], tf.shape(x)[0])
    return {
        "serving_default": (PREDICT, {"x": x}, {"y": x * 2, "rows": rows}),
        "sum": (PREDICT, {"x": x, "other": other}, {"sum": x + other}),
        "total": (PREDICT, {"x": x}, {"total": tf.reduce_sum(x)}),
    }


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("batching") / "1"
    save_graph(path, _signatures)
    return str(path)


@pytest.fixture
def batched(path):
    made = []

    def batched(metrics=None, **settings):
        made.append(BatchedServable(path, BatchingConfig(num_batch_threads=1, **settings), metrics))
        return made[-1]

    yield batched
    for each in made:
        each.close()


def floats(*values):
    return np.array(values, np.float32)


def doubled(servable, *values):
    """What the model answers to some rows: twice their values, and how many rows it saw at once."""
    answer = servable.run("", {"x": floats(*values)})
    return answer["y"].tolist(), answer["rows"].tolist()


def start(servable, *values):
    """Asks from a thread of its own."""
    return concurrent.futures.ThreadPoolExecutor(1).submit(doubled, servable, *values)


def start_waiting(servable, *values):
    """Asks, and returns once that waits for others."""
    answer = start(servable, *values)
    while not servable.waiting_batches():
        time.sleep(0.01)
    return answer


def test_requests_run_together_and_each_gets_its_own_rows(batched):
    metrics = Metrics()
    servable = batched(metrics, max_batch_size=3, batch_timeout_micros=LONG)
    first, second = start_waiting(servable, 1, 2), start(servable, 5)
    assert first.result(30) == ([2.0, 4.0], [3, 3])
    assert second.result(30) == ([10.0], [3])
    queued = 'batching_session:queuing_latency_count{thread_pool_name="model_server_batch_threads"} 2'
    assert f":tensorflow:serving:{queued}" in metrics.page().splitlines()


def test_a_request_does_not_wait_for_ever(batched):
    assert doubled(batched(max_batch_size=3, batch_timeout_micros=1), 1) == ([2.0], [1])


def test_other_shapes_are_other_batches(batched):
    servable = batched(max_batch_size=2, batch_timeout_micros=1)
    first, second = start(servable, [1, 2]), start(servable, [1, 2, 3])
    assert first.result(30) == ([[2.0, 4.0]], [1])
    assert second.result(30) == ([[2.0, 4.0, 6.0]], [1])


def test_batches_are_filled_up_to_an_allowed_size(batched):
    assert doubled(batched(max_batch_size=8, allowed_batch_sizes=(4, 8)), 1, 2, 3) == ([2.0, 4.0, 6.0], [4, 4, 4])
    assert doubled(batched(max_batch_size=8, allowed_batch_sizes=(2, 8)), 1, 2) == ([2.0, 4.0], [2, 2])


def test_large_requests_are_refused_or_split(batched):
    message = refusal(doubled, batched(max_batch_size=2), 1, 2, 3)
    assert message == "Task size 3 is larger than maximum input batch size 2"
    splitting = batched(max_batch_size=2, enable_large_batch_splitting=True)
    assert doubled(splitting, 1, 2, 3) == ([2.0, 4.0, 6.0], [2, 2, 1])


def test_a_full_queue_refuses(batched):
    servable = batched(max_batch_size=2, batch_timeout_micros=LONG, max_enqueued_batches=1)
    waiting = start_waiting(servable, 1)
    message = refusal(doubled, servable, 1, 2, error=tf.errors.UnavailableError)
    assert message == "The batch scheduling queue to which this task was submitted is full"
    assert doubled(servable, 1) == ([2.0], [2])
    assert waiting.result(30) == ([2.0], [2])


def test_calls_of_a_batch_fail_together_and_the_next_one_runs(batched):
    servable = batched(max_batch_size=2, batch_timeout_micros=LONG)
    for answer in (start_waiting(servable, 1), start(servable, -1)):
        assert isinstance(answer.exception(30), tf.errors.InvalidArgumentError)
    assert doubled(servable, 1, 2) == ([2.0, 4.0], [2, 2])


@pytest.mark.parametrize(
    ("signature", "inputs", "message"),
    [
        ("", {"x": np.float32(1)}, "Batching session Run() input tensors must have at least one dimension."),
        (
            "sum",
            {"x": floats(1, 2), "other": floats(1)},
            "Batching session Run() input tensors must have equal 0th-dimension size.",
        ),
        (
            "total",
            {"x": floats(1, 2)},
            "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the input "
            "tensors",
        ),
        ("", {"x": np.array([1])}, "Expects arg[0] to be float but int64 is provided"),
    ],
)
def test_what_cannot_be_put_together(batched, signature, inputs, message):
    assert refusal(batched().run, signature, inputs) == message


def test_closing_lets_what_waits_end(path):
    servable = BatchedServable(path, BatchingConfig(num_batch_threads=1, batch_timeout_micros=LONG))
    waiting = start_waiting(servable, 4)
    servable.close()
    assert waiting.result(30) == ([8.0], [1])
