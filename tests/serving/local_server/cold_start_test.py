"""A first version answers before it is warm."""

import logging
import threading

import pytest

from serving.local_server.errors import not_found
from serving.local_server.versions import ColdStart, ModelVersions, State
from tests.serving.local_server.versions_test import Loader, push, states


@pytest.fixture
def loader():
    return Loader()


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


def test_a_first_version_answers_before_it_is_warm_and_the_next_takes_over_warm(tmp_path, loader):
    cold, warm_up = Loader(), WarmUp()
    model = ModelVersions("m", str(tmp_path), load=loader, load_retries=0, first=ColdStart(cold, warm_up))
    push(tmp_path, 1)
    model.poll()
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


def test_what_a_first_version_cannot_answer_is_told_and_the_rest_answered(tmp_path, loader):
    told = threading.Event()

    def fail(servable, path, stopped):
        raise not_found("no such signature")

    class Handler(logging.Handler):
        def emit(self, record):
            if record.levelno == logging.ERROR:
                told.message = record.getMessage()
                told.set()

    handler = Handler()
    logging.getLogger("serving.local_server.versions").addHandler(handler)
    push(tmp_path, 1)
    model = ModelVersions("m", str(tmp_path), load=loader, load_retries=0, first=ColdStart(loader, fail))
    model.poll()
    assert told.wait(10)
    logging.getLogger("serving.local_server.versions").removeHandler(handler)
    assert told.message == ("Version 1 of model m answers, but a request that it brings along fails: no such signature")
    assert states(model) == {1: State.AVAILABLE}


def test_a_stopping_server_waits_for_a_warm_up(tmp_path, loader):
    warm_up = WarmUp()
    push(tmp_path, 1)
    model = ModelVersions("m", str(tmp_path), load=loader, load_retries=0, first=ColdStart(loader, warm_up))
    model.poll()
    assert warm_up.begun.wait(10)
    threading.Timer(0.1, warm_up.goes_on.set).start()
    model.stop(timeout=10)
    assert warm_up.was_stopped and not warm_up.closed_meanwhile
    assert states(model) == {1: State.END}
