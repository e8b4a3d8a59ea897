"""`tandem serve`: what it makes of its options."""

import re
import subprocess
import sys
from importlib import metadata

import pytest

from serving.local_server import server
from serving.local_server.port_check import listening
from tfx_pipeline.cli.main import main

FREE_PORTS = ("--port", "0", "--rest_api_port", "0")


@pytest.fixture
def served(monkeypatch):
    configs = []
    monkeypatch.setattr(server, "serve_until_stopped", configs.append)
    return configs


def test_serves_what_the_pipeline_pushes(shop, served, tmp_path, capsys):
    base_path = f"{tmp_path}/run/pushed/shop"
    assert main(["serve", "--config", str(shop), *FREE_PORTS]) == 0
    assert served == [server.ServerConfig("shop", base_path, port=0, rest_api_port=0, warm_up_behind=True)]
    message = f"there is no version in {base_path} yet; `tandem run` pushes one. Waiting for a first one."
    assert message in capsys.readouterr().err


def test_a_named_model_needs_no_configuration(served, rank_model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    options = ["--model_name", "m", *FREE_PORTS, "--model_base_path"]
    assert main(["serve", *options, str(rank_model)]) == 0
    assert capsys.readouterr().err == ""
    assert main(["serve", *options, "versions"]) == 0
    assert [each.model_base_path for each in served] == [str(rank_model), "versions"]
    message = "there is no version in versions yet; a version is a folder named by a number that holds a SavedModel."
    assert message in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--model_name", "m"], ["--model_base_path", "/models/m"]])
def test_nothing_says_what_to_serve(options, served, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["serve", *options]) == 2
    assert capsys.readouterr().err == (
        "tandem: no model to serve: there is no configs/online_retail.yaml in this folder. Name the model, "
        "--model_name NAME --model_base_path FOLDER_OF_VERSIONS, or its configuration, --config FILE.yaml.\n"
    )
    assert served == []


def test_options(shop, served, rank_model, capsys):
    with listening("0.0.0.0", 0, backlog=1) as found:
        port = found.getsockname()[1]
    arguments = ["--host", "0.0.0.0", "--port", "0", "--rest_api_port", str(port), "--model_name", "m"]
    arguments += ["--model_base_path", str(rank_model), "--file_system_poll_wait_seconds", "0"]
    arguments += ["--enable_model_warmup", "false", "--warm_up_behind", "false"]
    assert main(["serve", "--config", str(shop), *arguments]) == 0
    assert served == [
        server.ServerConfig(
            "m",
            str(rank_model),
            host="0.0.0.0",
            port=0,
            rest_api_port=port,
            file_system_poll_wait_seconds=0.0,
            enable_model_warmup=False,
            warm_up_behind=False,
        )
    ]
    assert capsys.readouterr().err == ""


def test_a_config_file_instead_of_a_pushed_model(shop, served, tmp_path, capsys):
    arguments = [*FREE_PORTS, "--model_config_file", "m.config", "--model_config_file_poll_wait_seconds", "5"]
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
            port=0,
            rest_api_port=0,
            model_config_file="m.config",
            model_config_file_poll_wait_seconds=5.0,
            warm_up_behind=True,
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
    assert main(["serve", *FREE_PORTS, "--model_config_file", str(file)]) == 1
    assert capsys.readouterr().err == f"tandem serve: No such file or directory: {file}\n"
    file.write_text("model_config_list {", encoding="utf-8")
    assert main(["serve", *FREE_PORTS, "--model_config_file", str(file)]) == 1
    start = (
        "tandem serve: Failed to start server. Error: Error parsing text-format tensorflow.serving.ModelServerConfig: "
    )
    assert capsys.readouterr().err.startswith(start)


def test_one_of_several_pushed_models(shop, served, tmp_path, capsys):
    options = ["--config", str(shop), *FREE_PORTS, "--set", "model=unifiedssr"]
    options += ["--set", "fine_tuning.surfaces=[search, recommendation]"]
    assert main(["serve", *options]) == 2
    message = "say which model to serve, one of shop_search, shop_recommendation: --model_name NAME"
    assert message in capsys.readouterr().err
    assert main(["serve", *options, "--model_name", "shop_search"]) == 0
    base_path = f"{tmp_path}/run/pushed/shop_search"
    assert served == [server.ServerConfig("shop_search", base_path, port=0, rest_api_port=0, warm_up_behind=True)]


def test_a_taken_port_is_told_before_tensorflow_is_imported(shop, rank_server):
    port = rank_server.rest_api_port
    code = (
        "import sys; from tfx_pipeline.cli.main import main\n"
        f"code = main(['serve', '--config', {str(shop)!r}, '--port', '0', '--rest_api_port', '{port}'])\n"
        "print(code, 'tensorflow' in sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, capture_output=True, text=True)
    assert ended.stdout == "1 False\n"
    assert ended.stderr.splitlines()[-1] == (
        f"tandem serve: port {port} on 127.0.0.1 is taken by another program. "
        "Choose another with --rest_api_port; 0 takes a free one."
    )


def test_wrong_usage(shop, capsys):
    assert main(["serve", "--config", str(shop), "--port", "99999"]) == 2
    assert "should be a whole number from 0 to 65535, not '99999'" in capsys.readouterr().err
    assert main(["serve", "--config", str(shop), "--enable_model_warmup", "0"]) == 2
    assert "0 is neither true nor false" in capsys.readouterr().err


def test_versions(served, capsys):
    assert main(["serve", "--version"]) == 0
    server_line, library_line = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"Tandem model server: \d+\.\d+\.\d+", server_line)
    assert library_line == f"TensorFlow Library: {metadata.version('tensorflow')}"
    assert served == []
