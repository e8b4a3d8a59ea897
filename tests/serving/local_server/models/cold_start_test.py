"""A first version answers before it is warm."""

import re
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
import tensorflow as tf

from serving.client.call import CallError
from serving.client.ranking_client import RankingClient
from serving.local_server.child_process import child_process, first_line_with
from serving.local_server.models.versions import ColdStart, ModelVersions, State
from serving.local_server.models.warm_up import WARM_UP_FILE
from serving.local_server.wire.statuses import not_found
from tests.serving.local_server.models.versions_test import Loader, push, states
from tests.serving.local_server.models.warm_up_test import log_of, write
from tests.support.tf_serving_requests import predict, spec


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def warmed(tmp_path, loader):
    """Makes a model whose first version is loaded by `cold` and warmed up by `warm_up`, and looks for it."""

    def warmed(warm_up, cold=loader):
        push(tmp_path, 1)
        model = ModelVersions("m", str(tmp_path), load=loader, load_retries=0, first=ColdStart(cold, warm_up))
        model.poll()
        return model

    return warmed


class WarmUp:
    """Warms versions up for as long as a test wants."""

    def __init__(self):
        self.begun, self.goes_on, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.closed_meanwhile = self.was_stopped = None

    def __call__(self, servable, path, stopped):
        self.begun.set()
        assert self.goes_on.wait(10)
        self.closed_meanwhile, self.was_stopped = servable.closed, stopped()
        self.ended.set()
        return 1


def test_a_first_version_answers_before_it_is_warm_and_the_next_takes_over_warm(tmp_path, loader, warmed):
    cold, warm_up = Loader(), WarmUp()
    model = warmed(warm_up, cold)
    assert states(model) == {1: State.AVAILABLE} and warm_up.begun.wait(10)
    with model.acquire() as first:
        pass
    push(tmp_path, 2)
    model.poll()
    assert (cold.loaded, loader.loaded) == (["1"], ["2"])
    # Superseded, it is kept until the request under way has its answer, and then asked no more.
    assert states(model) == {2: State.AVAILABLE, 1: State.UNLOADING} and not first.servable.closed
    warm_up.goes_on.set()
    assert warm_up.ended.wait(10) and not warm_up.closed_meanwhile and warm_up.was_stopped
    assert model.wait_for(1, State.END, timeout=10) and first.servable.closed


def join_warm_ups():
    for thread in threading.enumerate():
        if thread.name == "warm-up-m":
            thread.join(10)


def test_of_a_version_that_went_meanwhile_no_failure_is_told(tmp_path, warmed, caplog):
    goes_on = threading.Event()

    def fail(servable, path, stopped):
        assert goes_on.wait(10)
        raise not_found("closed")

    model = warmed(fail)
    push(tmp_path, 2)
    model.poll()
    goes_on.set()
    assert model.wait_for(1, State.END, timeout=10)
    join_warm_ups()
    assert caplog.messages == []


def test_what_a_first_version_cannot_answer_is_told_and_the_rest_answered(warmed, caplog):
    def fail(servable, path, stopped):
        raise not_found("no such signature")

    model = warmed(fail)
    join_warm_ups()
    told = "Version 1 of model m is available, but one of its warm-up requests fails: no such signature"
    assert caplog.messages == [told]
    assert states(model) == {1: State.AVAILABLE}


def test_a_stopping_server_waits_for_a_warm_up(warmed):
    warm_up = WarmUp()
    model = warmed(warm_up)
    assert warm_up.begun.wait(10)
    threading.Timer(0.1, warm_up.goes_on.set).start()
    model.stop(timeout=10)
    assert warm_up.was_stopped and not warm_up.closed_meanwhile
    assert states(model) == {1: State.END}


class Slow(tf.Module):
    """Counts for some seconds before it answers."""

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32)])
    def count(self, to):
        return {"counted": tf.while_loop(lambda at: at < to, lambda at: [at + 1], [tf.constant(0)])[0]}


def test_a_server_that_ends_while_it_warms_up_ends_well(tmp_path):
    model = Slow()
    tf.saved_model.save(model, str(tmp_path / "1"), signatures=model.count)
    write(tmp_path / "1" / WARM_UP_FILE, *[log_of(predict=predict(spec(), to=np.int32(300_000)))] * 100)
    command = [sys.executable, "-m", "serving.local_server.launch", "--model_name=slow", "--warm_up_behind=true"]
    command += [f"--model_base_path={tmp_path}", "--port=0", "--rest_api_port=0"]
    with child_process(command, stdout=subprocess.PIPE) as server:
        (address,) = re.findall(r"REST http://([\d.:]+)", first_line_with(server.stdout, "Serving"))
        with RankingClient(address, "slow", timeout_s=30) as client:
            while not is_available(client):
                time.sleep(0.05)
    server.stdout.close()
    assert server.returncode == 0


def is_available(client):
    try:
        return client.version_states()[0].state == "AVAILABLE"
    except CallError:  # It has not looked for versions yet.
        return False
