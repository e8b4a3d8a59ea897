"""The life of versions, driven look by look, with servables that record whether they are closed."""

import gc
import logging
import shutil
import threading
import weakref

import pytest
import tensorflow as tf

from serving.local_server.models.served_models import VersionPolicy
from serving.local_server.models.versions import ModelVersions, State
from serving.local_server.wire.statuses import not_found
from tests.support.local_servers import refusal


class FakeServable:
    def __init__(self):
        self.closed = False

    def close(self):
        self.closed = True


class Loader:
    """Makes servables, but not of the versions in `broken`."""

    def __init__(self, broken=()):
        self.broken = set(broken)
        self.loaded = []

    def __call__(self, path):
        self.loaded.append(path.rsplit("/", 1)[1])
        if self.loaded[-1] in self.broken:
            raise not_found("no such tags")
        return FakeServable()


def push(base_path, *versions):
    """Writes folders that look like versions."""
    for version in versions:
        (base_path / str(version)).mkdir(parents=True)
        (base_path / str(version) / "saved_model.pb").write_bytes(b"")


def states(model):
    return {each.version: each.state for each in model.status()}


def latest(model, version=None):
    with model.acquire(version) as loaded:
        return loaded.version


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def model(tmp_path, loader):
    return ModelVersions("m", str(tmp_path), load=loader, load_retries=0)


@pytest.fixture
def look(tmp_path, model):
    """Pushes and removes versions, lets the model look once, and gives the states of its versions."""

    def look(*pushed, removed=()):
        push(tmp_path, *pushed)
        for version in removed:
            shutil.rmtree(tmp_path / str(version))
        model.poll()
        return states(model)

    return look


def test_loads_the_newest_only(look, model):
    assert look(3, 12, 5) == {12: State.AVAILABLE}
    assert latest(model) == 12


def test_a_newer_version_takes_over(look, model):
    look(1)
    with model.acquire() as old:
        assert look(2) == {2: State.AVAILABLE, 1: State.UNLOADING}
        assert latest(model) == 2
        assert not old.servable.closed
    assert old.servable.closed
    assert states(model) == {2: State.AVAILABLE, 1: State.END}


def test_an_incomplete_version_is_waited_for(look, loader, tmp_path):
    (tmp_path / "2").mkdir()
    assert look(1) == {1: State.AVAILABLE}
    (tmp_path / "2" / "saved_model.pb").write_bytes(b"")
    assert look() == {2: State.AVAILABLE, 1: State.END}
    assert loader.loaded == ["1", "2"]


def test_a_broken_version_ends_with_its_error_and_the_old_one_serves_on(look, model, loader):
    look(1)
    loader.broken = {"2"}
    look(2)
    assert look() == {2: State.END, 1: State.AVAILABLE}
    assert latest(model) == 1
    assert loader.loaded == ["1", "2"]
    told = [(each.version, each.error_code, each.error_message) for each in model.status()]
    assert told == [(2, tf.errors.NOT_FOUND, "no such tags"), (1, 0, "")]


@pytest.mark.parametrize(
    ("retries", "retry_seconds", "loads", "state"),
    [(2, 0, 3, State.END), (1, 3600, 1, State.LOADING), (0, 0, 1, State.END)],
)
def test_tries_wait_for_each_other_and_come_to_an_end(tmp_path, retries, retry_seconds, loads, state):
    loader = Loader(broken={"1"})
    model = ModelVersions("m", str(tmp_path), load=loader, load_retries=retries, retry_seconds=retry_seconds)
    push(tmp_path, 1)
    for _ in range(5):
        model.poll()
    assert loader.loaded == ["1"] * loads
    assert states(model) == {1: state}


def test_a_version_that_did_not_load_is_available_once_it_does(tmp_path):
    loader = Loader(broken={"1"})
    model = ModelVersions("m", str(tmp_path), load=loader, load_retries=2, retry_seconds=0)
    push(tmp_path, 1)
    model.poll()
    assert states(model) == {1: State.LOADING}
    loader.broken = set()
    model.poll()
    assert states(model) == {1: State.AVAILABLE}
    assert model.status()[0].error_code == 0


def test_versions_that_are_removed(look):
    look(1, 2)
    assert look(removed=[2]) == {2: State.END, 1: State.AVAILABLE}
    assert look(removed=[1]) == {2: State.END, 1: State.END}


def test_a_version_that_comes_back_is_loaded_again(look, loader):
    loader.broken = {"2"}
    look(2)
    look(removed=[2])
    loader.broken = set()
    assert look(2) == {2: State.AVAILABLE}


def test_a_missing_base_path_unloads_nothing(look, tmp_path, caplog):
    look(1)
    shutil.rmtree(tmp_path)
    with caplog.at_level(logging.ERROR):
        look()
        assert look() == {1: State.AVAILABLE}
    assert caplog.text.count("Could not read the base path") == 1


def test_an_unexpected_fault_of_loading_is_internal(tmp_path):
    def load(path):
        raise MemoryError("too large")

    model = ModelVersions("m", str(tmp_path), load=load, load_retries=0)
    push(tmp_path, 1)
    model.poll()
    (status,) = model.status()
    assert (status.error_code, status.error_message) == (tf.errors.INTERNAL, "MemoryError: too large")


def test_what_is_not_there(look, model):
    missing = tf.errors.NotFoundError
    assert refusal(latest, model, error=missing) == "Servable not found for request: Latest(m)"
    assert refusal(latest, model, 9, error=missing) == "Servable not found for request: Specific(m, 9)"
    assert refusal(model.status, error=missing) == "Could not find any versions of model m"
    look(1)
    assert refusal(model.status, 9, error=missing) == "Could not find version 9 of model m"
    assert [each.version for each in model.status(1)] == [1]


def test_watches_in_the_background_until_stopped(tmp_path, loader):
    model = ModelVersions("m", str(tmp_path), poll_seconds=0.01, load=loader)
    model.start()
    push(tmp_path, 1)
    assert model.wait_for(1, State.AVAILABLE, timeout=30)
    push(tmp_path, 2)
    assert model.wait_for(1, State.END, timeout=30)
    model.stop()
    assert states(model) == {2: State.END, 1: State.END}


def test_a_poll_interval_of_zero_looks_once(tmp_path, loader):
    push(tmp_path, 1)
    model = ModelVersions("m", str(tmp_path), poll_seconds=0, load=loader)
    model.start()
    assert model.wait_for(1, State.AVAILABLE, timeout=30)
    push(tmp_path, 2)
    assert not model.wait_for(2, State.AVAILABLE, timeout=0.1)


def test_stopping_waits_for_requests_under_way(look, model):
    look(1)
    with model.acquire() as loaded:
        stopping = threading.Thread(target=model.stop)
        stopping.start()
        assert model.wait_for(1, State.UNLOADING, timeout=30)
        assert not loaded.servable.closed
    stopping.join(30)
    assert loaded.servable.closed
    assert states(model) == {1: State.END}


def test_several_versions_serve_where_the_policy_wants_them(look, model, loader):
    model.policy = VersionPolicy(latest=2)
    assert look(1, 2, 3) == {3: State.AVAILABLE, 2: State.AVAILABLE}
    assert loader.loaded == ["3", "2"]
    assert model.available() == {2, 3}
    model.policy = VersionPolicy(latest=None, versions=frozenset({1}))
    assert look() == {1: State.AVAILABLE, 2: State.END, 3: State.END}
    model.policy = VersionPolicy(latest=None, versions=frozenset())
    assert look() == {1: State.END, 2: State.END, 3: State.END}


def test_of_several_that_are_not_wanted_the_newest_serves_until_a_wanted_one_does(look, model, loader):
    model.policy = VersionPolicy(latest=None)
    look(1, 2)
    loader.broken = {"3"}
    model.policy = VersionPolicy()
    assert look(3) == {3: State.END, 2: State.AVAILABLE, 1: State.END}


def test_waiting_until_it_is_known_how_it_went(look, model, loader):
    loader.broken = {"1"}
    look(1)
    assert model.wait_until_settled().message == "no such tags"
    look(2)
    assert model.wait_until_settled() is None


def test_a_version_that_does_not_load_leaves_no_circles_in_memory(tmp_path):
    class Circle:
        def __init__(self):
            self.other = self

    made = []

    def load(path):
        circle = Circle()
        made.append(weakref.ref(circle))
        raise not_found("no such tags")

    push(tmp_path, 1)
    model = ModelVersions("m", str(tmp_path), load=load, load_retries=0)
    gc.disable()
    try:
        model.poll()
        assert [each() for each in made] == [None]
    finally:
        gc.enable()
