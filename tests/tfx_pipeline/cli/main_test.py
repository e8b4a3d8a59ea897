import subprocess
import sys

import pytest

from tfx_pipeline.cli.main import COMMANDS, main


def test_help_lists_every_command(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(f"\n    {name}" in text for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capsys):
    assert main([name, "--help"]) == 0
    assert "--config FILE.yaml" in capsys.readouterr().out


def test_no_command_is_wrong_usage(capsys):
    assert main([]) == 2
    assert "COMMAND" in capsys.readouterr().err


def test_an_unknown_command_is_wrong_usage(capsys):
    assert main(["rnu"]) == 2
    assert "invalid choice: 'rnu'" in capsys.readouterr().err


def test_a_configuration_that_cannot_be_used_is_wrong_usage(capsys):
    assert main(["run", "--config", "nowhere.yaml"]) == 2
    assert capsys.readouterr().err.startswith("tandem: nowhere.yaml: there is no such file.")


def test_asking_and_serving_never_import_tfx():
    """It takes many seconds, and a server has no use for it."""
    code = (
        "import importlib, sys\n"
        "from tfx_pipeline.cli.main import COMMANDS\n"
        "[importlib.import_module(path) for path, _ in COMMANDS.values()]\n"
        "print(sorted({'tfx', 'apache_beam', 'tensorflow_transform'} & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
