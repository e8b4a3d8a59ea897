"""New lists of models for a manager of stand-ins for models."""

import threading

import pytest
import tensorflow as tf

from serving.local_server.models.config_reload import ConfigFile, reload_config
from serving.local_server.models.model_manager import ModelManager
from serving.local_server.models.served_models import read_model_config
from serving.local_server.models.versions import ModelVersions, State
from tests.serving.local_server.models.versions_test import Loader, push
from tests.support.local_servers import refusal
from tests.support.tf_serving_requests import spec


def make(model):
    load = Loader(broken={"13"})
    return ModelVersions(model.name, model.base_path, poll_seconds=0.01, load_retries=0, load=load, policy=model.policy)


@pytest.fixture
def manager():
    manager = ModelManager(make=make)
    yield manager
    manager.stop()


def config_of(**entries):
    """A config from names to the text that follows name and platform."""
    text = "".join(
        f'config {{ name: "{name}" model_platform: "tensorflow" {rest} }} ' for name, rest in entries.items()
    )
    return f"model_config_list {{ {text} }}"


def serve(manager, **entries):
    reload_config(manager, read_model_config(config_of(**entries)))


def version_of(manager, name):
    with manager.acquire(spec(name)) as loaded:
        return loaded.version


def test_new_models_are_waited_for_and_old_ones_go(tmp_path, manager):
    push(tmp_path / "a", 1)
    push(tmp_path / "b", 5)
    serve(manager, a=f'base_path: "{tmp_path}/a"')
    assert version_of(manager, "a") == 1
    serve(manager, b=f'base_path: "{tmp_path}/b"')
    assert version_of(manager, "b") == 5
    assert manager.model("a").wait_for(1, State.END, timeout=30)
    assert refusal(version_of, manager, "a", error=tf.errors.NotFoundError).endswith("request: Latest(a)")
    serve(manager, a=f'base_path: "{tmp_path}/a"')
    assert version_of(manager, "a") == 1


def test_a_model_that_stays_takes_its_new_policy_and_base_path(tmp_path, manager):
    push(tmp_path / "a", 1, 2)
    push(tmp_path / "elsewhere", 7)
    serve(manager, a=f'base_path: "{tmp_path}/a"')
    model = manager.model("a")
    serve(manager, a=f'base_path: "{tmp_path}/a" model_version_policy {{ all {{}} }}')
    assert model.wait_for(1, State.AVAILABLE, timeout=30)
    serve(manager, a=f'base_path: "{tmp_path}/elsewhere"')
    assert model.wait_for(7, State.AVAILABLE, timeout=30)
    assert manager.model("a") is model


def test_a_new_model_that_does_not_load(tmp_path, manager):
    push(tmp_path / "a", 13)
    config = read_model_config(config_of(a=f'base_path: "{tmp_path}/a"'))
    message = refusal(reload_config, manager, config, error=tf.errors.UnknownError)
    assert message == "1 model(s) did not become available: {{a due to error: no such tags}, }"


def test_a_reload_ends_when_the_server_does(tmp_path, manager):
    (tmp_path / "a").mkdir()
    reloading = threading.Thread(target=serve, args=[manager], kwargs={"a": f'base_path: "{tmp_path}/a"'})
    reloading.start()
    while "a" not in manager.served():
        reloading.join(0.01)
    manager.stop()
    reloading.join(30)
    assert not reloading.is_alive()


def test_a_reload_waits_no_longer_than_it_may_nor_than_its_client(tmp_path, manager):
    (tmp_path / "empty").mkdir()
    late = tf.errors.DeadlineExceededError
    for number, (path, lacks) in enumerate(
        (
            ("none", f"the folder {tmp_path}/none does not exist, or cannot be read"),
            ("empty", f"there is no version in {tmp_path}/empty"),
        )
    ):
        config = read_model_config(config_of(**{f"m{number}": f'base_path: "{tmp_path}/{path}"'}))
        assert refusal(reload_config, manager, config, 0.05, error=late) == (
            f"Model m{number} did not become available within 0.05 s: {lacks}. "
            "It will be served once it can be; until then, send another list, or mend the path."
        )
    config = read_model_config(config_of(left=f'base_path: "{tmp_path}/none"'))
    assert refusal(reload_config, manager, config, 3600.0, lambda: False, error=late).startswith("Model left did not")
    # It is what the message says: the model is served as soon as it can be.
    push(tmp_path / "none", 1)
    assert manager.model("left").wait_for(1, State.AVAILABLE, timeout=30)


def test_a_file_is_looked_at_again_and_again(tmp_path, manager, caplog):
    push(tmp_path / "a", 1)
    push(tmp_path / "b", 1)
    path = tmp_path / "models.config"
    path.write_text(config_of(a=f'base_path: "{tmp_path}/a"'), encoding="utf-8")
    file = ConfigFile(manager, str(path), poll_seconds=0.01)
    assert file.poll()
    path.write_text("model_config_list {", encoding="utf-8")
    assert not file.poll()
    assert "Error parsing text-format tensorflow.serving.ModelServerConfig" in caplog.text
    assert manager.served() == {"a"}
    path.unlink()
    assert not file.poll()
    assert manager.served() == {"a"}
    path.write_text(config_of(b=f'base_path: "{tmp_path}/b"'), encoding="utf-8")
    assert file.poll()
    assert manager.served() == {"b"}


def test_a_file_may_be_read_once_only(tmp_path, manager):
    path = tmp_path / "models.config"
    path.write_text(config_of(a=f'base_path: "{tmp_path}"'), encoding="utf-8")
    file = ConfigFile(manager, str(path), poll_seconds=0)
    file.start()
    file.stop()
    assert manager.served() == frozenset()
