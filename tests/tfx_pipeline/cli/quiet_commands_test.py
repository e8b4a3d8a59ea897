"""Every command, as it is called: what it says on standard error is its own, and nothing of what libraries say."""

import os
import subprocess
import sys

import pytest

from tests.support import tiny_logs
from tests.support.noise_of_libraries import NOISE
from tfx_pipeline.cli.main import COMMANDS
from tfx_pipeline.console.exit_code import EXPLAINED

NOWHERE = "127.0.0.1:9"
CALLS = {
    # Ask, and find no server; grpc is imported by then.
    "query": ["e", "--user", "u1", "--address", NOWHERE, "--protocol", "grpc"],
    "recommend": ["--user", "u1", "--address", NOWHERE, "--protocol", "grpc"],
    "similar": ["mug-1", "--address", NOWHERE, "--protocol", "grpc"],
    "sessions": ["--user", "u1", "--address", NOWHERE],
    # TensorFlow is imported, and there is no such file.
    "serve": ["--port", "0", "--rest_api_port", "0", "--model_config_file", "nowhere.config"],
    "explore": ["--host", "192.0.2.1"],
    "tensorboard": ["--port", "x"],
    "generate": ["--events", "400", "--set", "generate.items=300", "--output", "generated"],
    # TFX is imported.
    "compile": ["--output", "spec.yaml"],
    "schedule": ["--at", "03:10"],
    "run": ["--set", "data.items=nowhere.tsv"],
    "demo": ["--set", "data.items=nowhere.tsv"],
    "tune": ["--set", "data.items=nowhere.tsv"],
    "experiment": ["--variants", "nowhere.yaml"],
    "init": ["nowhere.tsv"],
}
WITHOUT_A_CONFIGURATION = {"completion", "init", "reproduce"}


def call(name, tmp_path, *arguments):
    # As a user's shell has it: nothing hushes what the tests hush.
    hushed = ("TF_CPP_MIN_LOG_LEVEL", "PYTHONWARNINGS", "TF_ENABLE_ONEDNN_OPTS")
    environment = {key: value for key, value in os.environ.items() if key not in hushed}
    command = [sys.executable, "-m", "tfx_pipeline.cli.main", name, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_all_that_is_printed(name, tmp_path):
    result = call(name, tmp_path, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: tandem {name} ") and "--verbose" in result.stdout
    assert result.stdout.endswith(f"\n{EXPLAINED}\n")
    assert ("--config" in result.stdout) == (name not in WITHOUT_A_CONFIGURATION)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_call_says_only_what_is_its_own(name, tmp_path):
    config = tiny_logs.write(tmp_path)
    options = [] if name in WITHOUT_A_CONFIGURATION else ["--config", str(config)]
    said = call(name, tmp_path, *CALLS.get(name, []), *options).stderr.replace(str(tmp_path), "")
    assert not NOISE.search(said), said
    assert "Traceback" not in said and len(said.splitlines()) < 20, said
