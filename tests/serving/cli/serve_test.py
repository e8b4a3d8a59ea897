"""`tandem serve`: what it makes of its options."""

import re
from importlib import metadata

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


def test_a_config_file_instead_of_a_pushed_model(shop, served, tmp_path, capsys):
    arguments = ["--model_config_file", "m.config", "--model_config_file_poll_wait_seconds", "5"]
    arguments += ["--allow_version_labels_for_unavailable_models", "--monitoring_config_file", "monitoring.config"]
    arguments += ["--enable_batching=true", "--batching_parameters_file", "b.config", "--ssl_config_file", "tls.config"]
    arguments += ["--access_log", "-", "--drain_seconds", "3", "--rest_api_enable_cors_support", "true"]
    arguments += [
        "--enable_grpc_healthcheck_service",
        "--max_num_load_retries",
        "1",
        "--load_retry_interval_micros",
        "7",
    ]
    arguments += ["--grpc_socket_path", "s", "--grpc_channel_arguments", "a=b", "--saved_model_tags", "serve,gpu"]
    arguments += ["--tensorflow_session_parallelism", "2", "--tensorflow_intra_op_parallelism", "3"]
    arguments += ["--tensorflow_inter_op_parallelism", "4", "--rest_api_num_threads", "5"]
    arguments += ["--rest_api_timeout_in_ms", "6", "--rest_api_receive_seconds", "7", "--rest_api_max_body_bytes", "8"]
    arguments += ["--num_load_threads", "9", "--enable_per_model_batching_parameters"]
    arguments += ["--enable_signature_method_name_check", "true"]
    assert main(["serve", "--config", str(tmp_path / "none.yaml"), *arguments]) == 0
    assert served == [
        server.ServerConfig(
            model_config_file="m.config",
            model_config_file_poll_wait_seconds=5.0,
            allow_version_labels_for_unavailable_models=True,
            monitoring_config_file="monitoring.config",
            enable_batching=True,
            batching_parameters_file="b.config",
            ssl_config_file="tls.config",
            access_log="-",
            drain_seconds=3.0,
            rest_api_enable_cors_support=True,
            grpc_socket_path="s",
            grpc_channel_arguments="a=b",
            saved_model_tags="serve,gpu",
            tensorflow_session_parallelism=2,
            tensorflow_intra_op_parallelism=3,
            tensorflow_inter_op_parallelism=4,
            rest_api_num_threads=5,
            rest_api_timeout_in_ms=6,
            rest_api_receive_seconds=7.0,
            rest_api_max_body_bytes=8,
            num_load_threads=9,
            enable_per_model_batching_parameters=True,
            enable_signature_method_name_check=True,
            enable_grpc_healthcheck_service=True,
            max_num_load_retries=1,
            load_retry_interval_micros=7,
        )
    ]
    assert capsys.readouterr().err == ""


def test_files_that_are_not_what_they_should_be(tmp_path, capsys):
    file = tmp_path / "models.config"
    assert main(["serve", "--model_config_file", str(file)]) == 1
    assert capsys.readouterr().err == f"tandem serve: No such file or directory: {file}\n"
    file.write_text("model_config_list {", encoding="utf-8")
    assert main(["serve", "--model_config_file", str(file)]) == 1
    start = (
        "tandem serve: Failed to start server. Error: Error parsing text-format tensorflow.serving.ModelServerConfig: "
    )
    assert capsys.readouterr().err.startswith(start)


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


def test_versions(served, capsys):
    assert main(["serve", "--version"]) == 0
    server_line, library_line = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Tandem model server: \d+\.\d+\.\d+", server_line)
    assert library_line == f"TensorFlow Library: {metadata.version('tensorflow')}"
    assert served == []
