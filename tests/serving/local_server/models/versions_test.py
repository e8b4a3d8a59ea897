"""The life of versions, driven look by look, with servables that record whether they are closed."""

import logging
import shutil
import threading

import pytest
import tensorflow as tf

from serving.local_server.models.served_models import VersionPolicy
from serving.local_server.models.versions import ModelVersions, State
from serving.local_server.wire.statuses import not_found


class FakeServable:
    def __init__(self, path):
        self.path = path
        self.closed = False

    def close(self):
        self.closed = True


class Loader:
    """Makes servables, but not of the paths in `broken`."""

    def __init__(self):
        self.broken = set()
        self.loaded = []

    def __call__(self, path):
        self.loaded.append(path.rsplit("/", 1)[1])
        if self.loaded[-1] in self.broken:
            raise not_found("no such tags")
        return FakeServable(path)


@pytest.fixture
def loader():
    return Loader()


@pytest.fixture
def model(tmp_path, loader):
    return ModelVersions("m", str(tmp_path), load=loader, load_retries=0)


def push(base_path, version):
    (base_path / str(version)).mkdir()
    (base_path / str(version) / "saved_model.pb").write_bytes(b"")


def states(model):
    return {each.version: each.state for each in model.status()}


def latest(model):
    with model.acquire() as loaded:
        return loaded.version


def test_loads_the_newest_only(tmp_path, model):
    for version in (3, 12, 5):
        push(tmp_path, version)
    model.poll()
    assert states(model) == {12: State.AVAILABLE}
    assert latest(model) == 12


def test_a_newer_version_takes_over(tmp_path, model):
    push(tmp_path, 1)
    model.poll()
    with model.acquire() as old:
        push(tmp_path, 2)
        model.poll()
        assert latest(model) == 2
        assert states(model) == {2: State.AVAILABLE, 1: State.UNLOADING}
        assert not old.servable.closed
    assert old.servable.closed
    assert states(model) == {2: State.AVAILABLE, 1: State.END}


def test_an_incomplete_version_is_waited_for(tmp_path, model, loader):
    push(tmp_path, 1)
    (tmp_path / "2").mkdir()
    model.poll()
    assert states(model) == {1: State.AVAILABLE}
    (tmp_path / "2" / "saved_model.pb").write_bytes(b"")
    model.poll()
    assert states(model) == {2: State.AVAILABLE, 1: State.END}
    assert loader.loaded == ["1", "2"]


def test_a_broken_version_ends_with_its_error_and_the_old_one_serves_on(tmp_path, model, loader):
    push(tmp_path, 1)
    model.poll()
    loader.broken = {"2"}
    push(tmp_path, 2)
    model.poll()
    model.poll()
    broken, old = model.status()
    assert (broken.version, broken.state, broken.error_code) == (2, State.END, tf.errors.NOT_FOUND)
    assert broken.error_message == "no such tags"
    assert (old.version, old.state, old.error_code) == (1, State.AVAILABLE, 0)
    assert latest(model) == 1
    assert loader.loaded == ["1", "2"]


def test_a_version_that_does_not_load_is_tried_again(tmp_path, loader):
    model = ModelVersions("m", str(tmp_path), load=loader, load_retries=2, retry_seconds=0)
    loader.broken = {"1"}
    push(tmp_path, 1)
    model.poll()
    assert states(model) == {1: State.LOADING}
    loader.broken = set()
    model.poll()
    assert states(model) == {1: State.AVAILABLE}
    assert model.status()[0].error_code == 0


def test_tries_wait_for_each_other_and_come_to_an_end(tmp_path, loader):
    patient = ModelVersions("m", str(tmp_path), load=loader, load_retries=1, retry_seconds=3600)
    hasty = ModelVersions("m", str(tmp_path), load=loader, load_retries=1, retry_seconds=0)
    loader.broken = {"1"}
    push(tmp_path, 1)
    for _ in range(4):
        patient.poll()
    assert loader.loaded == ["1"]
    assert states(patient) == {1: State.LOADING}
    for _ in range(4):
        hasty.poll()
    assert loader.loaded == ["1", "1", "1"]
    assert states(hasty) == {1: State.END}


def test_rolling_back_by_removing_the_newest(tmp_path, model):
    push(tmp_path, 1)
    push(tmp_path, 2)
    model.poll()
    shutil.rmtree(tmp_path / "2")
    model.poll()
    assert states(model) == {2: State.END, 1: State.AVAILABLE}


def test_a_version_that_comes_back_is_loaded_again(tmp_path, model, loader):
    loader.broken = {"2"}
    push(tmp_path, 2)
    model.poll()
    shutil.rmtree(tmp_path / "2")
    model.poll()
    loader.broken = set()
    push(tmp_path, 2)
    model.poll()
    assert states(model) == {2: State.AVAILABLE}


def test_all_versions_removed(tmp_path, model):
    push(tmp_path, 1)
    model.poll()
    shutil.rmtree(tmp_path / "1")
    model.poll()
    assert states(model) == {1: State.END}


def test_a_missing_base_path_unloads_nothing(tmp_path, model, caplog):
    push(tmp_path, 1)
    model.poll()
    shutil.rmtree(tmp_path)
    with caplog.at_level(logging.ERROR):
        model.poll()
        model.poll()
    assert states(model) == {1: State.AVAILABLE}
    assert caplog.text.count("Could not read the base path") == 1


def test_an_unexpected_fault_of_loading_is_internal(tmp_path):
    def load(path):
        raise MemoryError("too large")

    model = ModelVersions("m", str(tmp_path), load=load, load_retries=0)
    push(tmp_path, 1)
    model.poll()
    (status,) = model.status()
    assert (status.error_code, status.error_message) == (tf.errors.INTERNAL, "MemoryError: too large")


@pytest.mark.parametrize(
    ("version", "message"),
    [(None, r"Servable not found for request: Latest\(m\)"), (9, r"Servable not found for request: Specific\(m, 9\)")],
)
def test_nothing_available(model, version, message):
    with pytest.raises(tf.errors.NotFoundError, match=message), model.acquire(version):
        pass


def test_status_of_what_is_not_there(tmp_path, model):
    with pytest.raises(tf.errors.NotFoundError, match="Could not find any versions of model m"):
        model.status()
    push(tmp_path, 1)
    model.poll()
    with pytest.raises(tf.errors.NotFoundError, match="Could not find version 9 of model m"):
        model.status(9)
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


def test_stopping_waits_for_requests_under_way(tmp_path, model):
    push(tmp_path, 1)
    model.poll()
    holding, let_go = threading.Event(), threading.Event()
    closed_too_early = []

    def request():
        with model.acquire() as loaded:
            holding.set()
            let_go.wait(30)
            closed_too_early.append(loaded.servable.closed)

    thread = threading.Thread(target=request)
    thread.start()
    assert holding.wait(30)
    stopping = threading.Thread(target=model.stop)
    stopping.start()
    assert model.wait_for(1, State.UNLOADING, timeout=30)
    let_go.set()
    stopping.join(30)
    thread.join(30)
    assert closed_too_early == [False]
    assert states(model) == {1: State.END}


def test_several_versions_serve_where_the_policy_wants_them(tmp_path, model, loader):
    for version in (1, 2, 3):
        push(tmp_path, version)
    model.policy = VersionPolicy(latest=2)
    model.poll()
    assert states(model) == {3: State.AVAILABLE, 2: State.AVAILABLE}
    assert loader.loaded == ["3", "2"]
    assert model.available() == {2, 3}
    model.policy = VersionPolicy(latest=None, versions=frozenset({1}))
    model.poll()
    assert states(model) == {1: State.AVAILABLE, 2: State.END, 3: State.END}


def test_of_several_that_are_not_wanted_the_newest_serves_until_a_wanted_one_does(tmp_path, model, loader):
    push(tmp_path, 1)
    push(tmp_path, 2)
    model.policy = VersionPolicy(latest=None)
    model.poll()
    loader.broken = {"3"}
    push(tmp_path, 3)
    model.policy = VersionPolicy()
    model.poll()
    assert states(model) == {3: State.END, 2: State.AVAILABLE, 1: State.END}


def test_nothing_serves_where_nothing_is_wanted(tmp_path, model):
    push(tmp_path, 1)
    model.poll()
    model.policy = VersionPolicy(latest=None, versions=frozenset())
    model.poll()
    assert states(model) == {1: State.END}


def test_waiting_until_it_is_known_how_it_went(tmp_path, model, loader):
    loader.broken = {"1"}
    push(tmp_path, 1)
    model.poll()
    error = model.wait_until_settled()
    assert error.message == "no such tags"
    push(tmp_path, 2)
    model.poll()
    assert model.wait_until_settled() is None
