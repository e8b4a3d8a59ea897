"""`tandem serve`: what it makes of its options."""

import pytest

from serving.local_server import server
from tfx_pipeline.cli.main import main


@pytest.fixture
def served(monkeypatch):
    configs = []
    monkeypatch.setattr(server, "serve_until_stopped", configs.append)
    return configs


def test_serves_what_the_pipeline_pushes(shop, served, tmp_path, capsys):
    base_path = f"{tmp_path}/run/pushed/shop"
    assert main(["serve", "--config", str(shop)]) == 0
    assert served == [server.ServerConfig("shop", base_path)]
    message = f"nothing is pushed to {base_path} yet; `tandem run` does that. Waiting for a first version."
    assert message in capsys.readouterr().err


def test_options(shop, served, half_plus_two_server, rank_model, capsys):
    arguments = ["--host", "0.0.0.0", "--port", "0", "--rest_api_port", "9", "--model_name", "m"]
    arguments += ["--model_base_path", str(rank_model), "--file_system_poll_wait_seconds", "0"]
    arguments += ["--enable_model_warmup", "false"]
    assert main(["serve", "--config", str(shop), *arguments]) == 0
    assert served == [
        server.ServerConfig(
            "m",
            str(rank_model),
            host="0.0.0.0",
            port=0,
            rest_api_port=9,
            file_system_poll_wait_seconds=0.0,
            enable_model_warmup=False,
        )
    ]
    assert capsys.readouterr().err == ""


def test_one_of_several_pushed_models(shop, served, tmp_path, capsys):
    options = ["--config", str(shop), "--set", "model=unifiedssr"]
    options += ["--set", "fine_tuning.surfaces=[search, recommendation]"]
    assert main(["serve", *options]) == 2
    message = "say which model to serve, one of shop_search, shop_recommendation: --model_name NAME"
    assert message in capsys.readouterr().err
    assert main(["serve", *options, "--model_name", "shop_search"]) == 0
    assert served == [server.ServerConfig("shop_search", f"{tmp_path}/run/pushed/shop_search")]


def test_a_taken_port(shop, rank_server, capsys):
    arguments = ["--port", "0", "--rest_api_port", str(rank_server.rest_api_port)]
    assert main(["serve", "--config", str(shop), *arguments]) == 1
    error = capsys.readouterr().err
    assert f"tandem serve: Cannot listen on 127.0.0.1:{rank_server.rest_api_port}" in error
    assert "Choose other ports with --port and --rest_api_port." in error


def test_wrong_usage(shop, capsys):
    assert main(["serve", "--config", str(shop), "--port", "99999"]) == 2
    assert "99999 is no port; give 0 to 65535" in capsys.readouterr().err
    assert main(["serve", "--config", str(shop), "--enable_model_warmup", "0"]) == 2
    assert "0 is neither true nor false" in capsys.readouterr().err
