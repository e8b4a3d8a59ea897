"""Batches before a model that tells how many rows it saw at once."""

import threading

import numpy as np
import pytest
import tensorflow as tf

from serving.local_server.models.batching import BatchedServable
from serving.local_server.watching.server_metrics import Metrics
from serving.local_server.wire.text_configs import BatchingConfig
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


def ask_together(servable, *requests):
    """Asks from a thread each and gives answers or errors in the order of the requests."""
    answers = [None] * len(requests)

    def ask(index):
        try:
            answers[index] = servable.run("", {"x": requests[index]})
        except tf.errors.OpError as error:
            answers[index] = error

    threads = [threading.Thread(target=ask, args=[index]) for index in range(len(requests))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_requests_run_together_and_each_gets_its_own_rows(batched):
    metrics = Metrics()
    servable = batched(metrics, max_batch_size=3, batch_timeout_micros=LONG)
    first, second = ask_together(servable, floats(1, 2), floats(5))
    assert (first["y"].tolist(), second["y"].tolist()) == ([2.0, 4.0], [10.0])
    assert (first["rows"].tolist(), second["rows"].tolist()) == ([3, 3], [3])
    queued = (
        ':tensorflow:serving:batching_session:queuing_latency_count{thread_pool_name="model_server_batch_threads"} 2'
    )
    assert queued in metrics.page().splitlines()


def test_a_request_does_not_wait_for_ever(batched):
    servable = batched(max_batch_size=3, batch_timeout_micros=1)
    assert servable.run("", {"x": floats(1)})["rows"].tolist() == [1]


def test_other_shapes_are_other_batches(batched):
    servable = batched(max_batch_size=2, batch_timeout_micros=1)
    first, second = ask_together(servable, floats([1, 2]), floats([1, 2, 3]))
    assert (first["y"].shape, second["y"].shape) == ((1, 2), (1, 3))


def test_batches_are_filled_up_to_an_allowed_size(batched):
    servable = batched(max_batch_size=8, allowed_batch_sizes=(4, 8))
    answer = servable.run("", {"x": floats(1, 2, 3)})
    assert (answer["y"].tolist(), answer["rows"].tolist()) == ([2.0, 4.0, 6.0], [4, 4, 4])


def test_large_requests_are_refused_or_split(batched):
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        batched(max_batch_size=2).run("", {"x": floats(1, 2, 3)})
    assert caught.value.message == "Task size 3 is larger than maximum input batch size 2"
    answer = batched(max_batch_size=2, enable_large_batch_splitting=True).run("", {"x": floats(1, 2, 3)})
    assert (answer["y"].tolist(), answer["rows"].tolist()) == ([2.0, 4.0, 6.0], [2, 2, 1])


def test_a_full_queue_refuses(batched):
    servable = batched(max_batch_size=2, batch_timeout_micros=LONG, max_enqueued_batches=1)
    waiting = threading.Thread(target=servable.run, args=["", {"x": floats(1)}])
    waiting.start()
    while not servable.waiting_batches():
        waiting.join(0.01)
    with pytest.raises(tf.errors.UnavailableError) as caught:
        servable.run("", {"x": floats(1, 2)})
    assert caught.value.message == "The batch scheduling queue to which this task was submitted is full"
    assert servable.run("", {"x": floats(1)})["rows"].tolist() == [2]
    waiting.join(30)


def test_calls_of_a_batch_fail_together_and_the_next_one_runs(batched):
    servable = batched(max_batch_size=2, batch_timeout_micros=LONG)
    errors = ask_together(servable, floats(1), floats(-1))
    assert [type(error) for error in errors] == [tf.errors.InvalidArgumentError] * 2
    assert servable.run("", {"x": floats(1, 2)})["y"].tolist() == [2.0, 4.0]


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
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        batched().run(signature, inputs)
    assert caught.value.message == message


def test_closing_lets_what_waits_end(path):
    servable = BatchedServable(path, BatchingConfig(num_batch_threads=1, batch_timeout_micros=LONG))
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(servable.run("", {"x": floats(4)})["y"].tolist()))
    waiting.start()
    while not servable.waiting_batches():
        waiting.join(0.01)
    servable.close()
    waiting.join(30)
    assert answers == [[8.0]]
