import pytest
import tensorflow as tf
from tensorflow_serving.apis import model_pb2

from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.versions import LoadedVersion, ModelVersions, State


class Closable:
    def close(self):
        pass


@pytest.fixture
def manager(tmp_path):
    (tmp_path / "5").mkdir()
    (tmp_path / "5" / "saved_model.pb").write_bytes(b"")
    model = ModelVersions("m", str(tmp_path), load=lambda path: Closable())
    model.poll()
    return ModelManager([model])


def spec(name, version=None, label=None):
    result = model_pb2.ModelSpec(name=name)
    if version is not None:
        result.version.value = version
    if label is not None:
        result.version_label = label
    return result


def test_finds_the_newest_or_the_named_version(manager):
    for wanted in (spec("m"), spec("m", version=5)):
        with manager.acquire(wanted) as loaded:
            assert isinstance(loaded, LoadedVersion)
            assert loaded.version == 5


@pytest.mark.parametrize(
    ("wanted", "error", "message"),
    [
        (spec(""), tf.errors.InvalidArgumentError, "ModelSpec has no name specified."),
        (spec("m", label="canary"), tf.errors.InvalidArgumentError, "Unrecognized servable version label: canary"),
        (spec("q"), tf.errors.NotFoundError, "Servable not found for request: Latest(q)"),
        (spec("q", version=7), tf.errors.NotFoundError, "Servable not found for request: Specific(q, 7)"),
        (spec("m", version=0), tf.errors.NotFoundError, "Servable not found for request: Specific(m, 0)"),
    ],
)
def test_refusals(manager, wanted, error, message):
    with pytest.raises(error) as caught, manager.acquire(wanted):
        pass
    assert caught.value.message == message


def test_status_goes_by_number_and_not_by_label(manager):
    for wanted in (spec("m"), spec("m", version=5), spec("m", label="canary")):
        assert [(each.version, each.state) for each in manager.status(wanted)] == [(5, State.AVAILABLE)]


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (spec("q"), "Could not find any versions of model q"),
        (spec("q", version=3), "Could not find version 3 of model q"),
        (spec("m", version=3), "Could not find version 3 of model m"),
    ],
)
def test_status_of_what_is_not_there(manager, wanted, message):
    with pytest.raises(tf.errors.NotFoundError) as caught:
        manager.status(wanted)
    assert caught.value.message == message
