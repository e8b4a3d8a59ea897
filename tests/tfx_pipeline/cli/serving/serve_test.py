"""`tandem serve`: what it makes of its options."""

import dataclasses
import re
from importlib import metadata

import pytest

from serving.local_server import server
from serving.local_server.port_check import listening

FREE_PORTS = ("--port", "0", "--rest_api_port", "0")


@pytest.fixture
def served(monkeypatch):
    """What is served, by a server that ends at once."""
    configs = []
    monkeypatch.setattr(server, "serve_until_stopped", configs.append)
    return configs


def free(*names, **settings):
    """The configuration of a server on free ports."""
    return server.ServerConfig(*names, port=0, rest_api_port=0, **{"warm_up_behind": True} | settings)


def test_serves_what_the_pipeline_pushes(shop, served, tmp_path, tandem):
    base_path = f"{tmp_path}/run/pushed/shop"
    error = tandem("serve", "--config", shop, *FREE_PORTS).err
    tandem("serve", "--config", shop, *FREE_PORTS, "--model_name", "m")
    assert served == [free("shop", base_path), free("m", base_path)]
    assert f"there is no version in {base_path} yet; `tandem run` pushes one. Waiting for a first one." in error


def test_one_of_several_pushed_models(shop, served, tmp_path, tandem):
    options = ["--config", shop, *FREE_PORTS, "--set", "model=unifiedssr"]
    options += ["--set", "fine_tuning.surfaces=[search, recommendation]"]
    message = "say which model to serve, one of shop_search, shop_recommendation: --model_name NAME"
    assert message in tandem("serve", *options, code=2).err
    tandem("serve", *options, "--model_name", "shop_search")
    assert served == [free("shop_search", f"{tmp_path}/run/pushed/shop_search")]


def test_a_named_model_needs_no_configuration(served, rank_model, tmp_path, monkeypatch, tandem):
    monkeypatch.chdir(tmp_path)
    options = ["--model_name", "m", *FREE_PORTS, "--model_base_path"]
    assert tandem("serve", *options, rank_model).err == ""
    message = "there is no version in versions yet; a version is a folder named by a number that holds a SavedModel."
    assert message in tandem("serve", *options, "versions").err
    assert served == [free("m", str(rank_model)), free("m", "versions")]


def test_a_folder_that_is_a_pattern_is_refused_at_once(served, tmp_path, tandem):
    error = tandem("serve", "--model_name", "m", "--model_base_path", f"{tmp_path}/models [v2]", code=2).err
    assert error == (
        f"tandem: {tmp_path}/models [v2]: TensorFlow takes [ in a path for a pattern, and would find no weights there. "
        "Rename the folder, or push to another (`push_to`).\n"
    )
    assert served == []


@pytest.mark.parametrize("options", [[], ["--model_name", "m"], ["--model_base_path", "/models/m"]])
def test_nothing_says_what_to_serve(options, served, tmp_path, monkeypatch, tandem):
    monkeypatch.chdir(tmp_path)
    assert tandem("serve", *options, code=2).err == (
        "tandem: no model to serve: there is no configs/online_retail.yaml in this folder. Name the model, "
        "--model_name NAME --model_base_path FOLDER_OF_VERSIONS, or its configuration, --config FILE.yaml.\n"
    )
    assert served == []


def changed(default):
    """A value of the same type."""
    return not default if isinstance(default, bool) else {str: "x", int: 3, float: 2.5}[type(default)]


def test_every_setting_is_an_option_and_a_config_file_stands_for_a_pushed_model(served, tmp_path, tandem):
    elsewhere = {"model_name", "model_base_path", "host", "port", "rest_api_port"}
    fields = [field for field in dataclasses.fields(server.ServerConfig) if field.name not in elsewhere]
    settings = {field.name: changed(field.default) for field in fields} | {"warm_up_behind": False}
    options = [f"--{name}={str(value).lower()}" for name, value in settings.items()]
    assert tandem("serve", "--config", tmp_path / "none.yaml", *FREE_PORTS, *options).err == ""
    assert served == [free(**settings)]


def test_ports_and_switches(served, rank_model, tandem):
    with listening("0.0.0.0", 0, backlog=1) as found:
        port = found.getsockname()[1]
    model = ["--model_name", "m", "--model_base_path", rank_model]
    tandem("serve", *model, "--host", "0.0.0.0", "--port", "0", "--rest_api_port", port, "--enable_batching")
    assert [(each.host, each.port, each.rest_api_port, each.enable_batching) for each in served] == [
        ("0.0.0.0", 0, port, True)
    ]


def test_files_that_are_not_what_they_should_be(tmp_path, tandem):
    file = tmp_path / "models.config"
    options = [*FREE_PORTS, "--model_config_file", file]
    assert tandem("serve", *options, code=1).err == f"tandem serve: No such file or directory: {file}\n"
    file.write_text("model_config_list {")
    assert tandem("serve", *options, code=1).err.startswith(
        "tandem serve: Failed to start server. Error: Error parsing text-format tensorflow.serving.ModelServerConfig: "
    )


def test_versions(served, tandem):
    server_line, library_line = tandem("serve", "--version").out.splitlines()
    assert re.fullmatch(r"Tandem model server: \d+\.\d+\.\d+", server_line)
    assert library_line == f"TensorFlow Library: {metadata.version('tensorflow')}"
    assert served == []
