"""What need not wait for TensorFlow, TFX and Beam, which take seconds to import, does not import them."""

import pytest

from tests.support import tiny_logs
from tests.support.own_process import python

SLOW = {"apache_beam", "keras", "pyarrow", "tensorflow", "tfx"}
SLOWER_THAN_HELP = SLOW | {"grpc", "httpx", "ml_metadata", "numpy", "uvicorn"}


def test_no_command_imports_what_is_heavy_before_it_runs():
    """`tandem COMMAND --help` and a wrong option must be answered at once, and completion reads all commands."""
    code = f"""
        import importlib, sys
        from tfx_pipeline.cli.main import COMMANDS
        for path, _ in COMMANDS.values():
            importlib.import_module(path)
            assert not (found := {SLOWER_THAN_HELP} & sys.modules.keys()), (path, found)
        """
    assert python(code).stderr == ""


@pytest.mark.parametrize(
    "statements",
    [
        "import tfx_pipeline.cli.asking.source_log",
        "from tfx_pipeline.past_runs import last_run, run_removal, run_summary; import tfx_pipeline.cli.running.run",
        "from tfx_pipeline.console import installed_versions; installed_versions.text()",
    ],
)
def test_modules_that_light_commands_use_are_light(statements):
    assert python(f"{statements}\nimport sys; print({SLOW} & sys.modules.keys())").stdout == "set()\n"


CALL = f"""
    import sys
    from tfx_pipeline.cli.main import main
    code = main(sys.argv[1:])
    print(code, {SLOW} & sys.modules.keys())
    """
CONFIG = ["--config", "tiny.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["check", "tiny.yaml"], 0, ""),
        (["data", "tiny.yaml"], 0, ""),
        (["init", "events.tsv"], 0, ""),
        (
            ["run", *CONFIG, "--set", "data.events=nowhere.tsv"],
            1,
            "tandem run: data.events = nowhere.tsv: no such file.",
        ),
        (["run", *CONFIG, "--set", "evaluation.metric=auc"], 2, "tandem: tiny.yaml: `evaluation`: "),
        (["experiment", *CONFIG, "--variants", "nowhere.yaml"], 2, "tandem: nowhere.yaml: "),
        (["compile", *CONFIG, "--output", "spec.json"], 1, "tandem compile: --output spec.json: "),
    ],
    ids=str,
)
def test_commands_that_look_at_logs_and_refusals_are_light(arguments, code, told, tmp_path):
    tiny_logs.write(tmp_path)
    ended = python(CALL, *arguments, cwd=tmp_path)
    assert ended.stdout.splitlines()[-1] == f"{code} set()"
    assert ended.stderr.startswith(told)


@pytest.mark.parametrize(("command", "option"), [("serve", "--rest_api_port"), ("explore", "--port")])
def test_a_taken_port_is_told_at_once(command, option, shop, taken_port):
    ended = python(CALL, command, "--config", shop, "--port", "0", option, taken_port)
    assert ended.stdout == "1 set()\n"
    assert ended.stderr.splitlines()[-1] == (
        f"tandem {command}: port {taken_port} on 127.0.0.1 is taken by another program. "
        f"Choose another with {option}; 0 takes a free one."
    )
