"""From a spec to a version; `tests/conformance/` has the refusals that a client sees."""

import pytest
import tensorflow as tf
from tensorflow_serving.apis import model_pb2

from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.versions import ModelVersions, State
from tests.serving.local_server.models.versions_test import Loader, push
from tests.support.local_servers import refusal
from tests.support.tf_serving_requests import spec


@pytest.fixture
def manager(tmp_path):
    push(tmp_path, 5)
    model = ModelVersions("m", str(tmp_path), load=Loader())
    model.poll()
    return ModelManager([model])


def acquired(manager, wanted):
    with manager.acquire(wanted) as loaded:
        return loaded.version


def test_finds_the_newest_or_the_named_version(manager):
    assert acquired(manager, spec("m")) == acquired(manager, spec("m", version=5)) == 5


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (spec("q", version=7), "Servable not found for request: Specific(q, 7)"),
        (model_pb2.ModelSpec(name="m", version={"value": 0}), "Servable not found for request: Specific(m, 0)"),
    ],
)
def test_what_is_not_there(manager, wanted, message):
    assert refusal(acquired, manager, wanted, error=tf.errors.NotFoundError) == message


def test_status_goes_by_number_and_not_by_label(manager):
    for wanted in (spec("m"), spec("m", version=5), spec("m", label="canary")):
        assert [(each.version, each.state) for each in manager.status(wanted)] == [(5, State.AVAILABLE)]
    message = refusal(manager.status, spec("q", version=3), error=tf.errors.NotFoundError)
    assert message == "Could not find version 3 of model q"
