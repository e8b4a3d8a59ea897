import re
import subprocess
import sys

import pytest

from tfx_pipeline.cli import main
from tfx_pipeline.cli.console import installed_versions
from tfx_pipeline.cli.main import COMMANDS, GROUPS
from tfx_pipeline.cli.parsing import completion

WITHOUT_A_CONFIGURATION = {"completion", "init"}


def test_help_lists_every_command_below_its_group(capsys):
    assert main.main(["--help"]) == 0
    lines = capsys.readouterr().out.splitlines()
    for group, commands in GROUPS.items():
        place = lines.index(f"{group}:")
        assert [line.split()[0] for line in lines[place + 1 : place + 1 + len(commands)]] == list(commands)


def test_help_says_where_to_start_and_what_the_exit_code_says(capsys):
    main.main(["--help"])
    text = capsys.readouterr().out
    assert "Start here: `tandem demo`" in text.split("\n\n")[2]
    assert text.splitlines()[-1] == "exit code: 0 ok, 1 failed, 2 called wrongly, 3 ran but not pushed"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help(name, capsys):
    assert main.main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert text.startswith(f"usage: tandem {name} ") and "--verbose" in text
    assert ("--config" in text) == (name not in WITHOUT_A_CONFIGURATION)


def test_no_command_is_wrong_usage(capsys):
    assert main.main([]) == 2
    assert "\nStart here: " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnu"], "tandem: there is no command rnu. Did you mean run? `tandem --help` tells more.\n"),
        (["zzz"], "tandem: there is no command zzz. `tandem --help` tells more.\n"),
        (["--vresion"], "tandem: there is no option --vresion. Did you mean --version? `tandem --help` tells more.\n"),
        (["run", "--confg", "x"], "tandem run: there is no option --confg. Did you mean --config? `tandem run --help`"),
        (["run", "--config", "nowhere.yaml"], "tandem: nowhere.yaml: there is no such file."),
    ],
)
def test_what_is_called_wrongly_is_told_in_a_line_with_what_was_meant(arguments, message, capsys):
    assert main.main(arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith(message) and error.count("\n") == 1


def test_the_versions_are_told(capsys):
    assert main.main(["--version"]) == 0
    assert capsys.readouterr().out == installed_versions.text() + "\n"


@pytest.mark.parametrize("arguments", [["--verbose", "completion", "bash"], ["completion", "bash", "--verbose"]])
def test_verbose_may_stand_anywhere(arguments, monkeypatch):
    seen = []
    monkeypatch.setattr(completion, "run", lambda args: seen.append(args.verbose) or 0)
    assert main.main(arguments) == 0 and main.main(["completion", "bash"]) == 0
    assert seen == [True, False]


def test_a_reader_that_has_read_enough_is_no_failure():
    """As `head` is, which closes its end."""
    tandem = f"{sys.executable} -W ignore -m tfx_pipeline.cli.main"
    command = f"set -o pipefail; {tandem} completion zsh | head -n 1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "#compdef tandem\n", "")


def test_no_command_imports_what_is_heavy_before_it_runs():
    """`tandem COMMAND --help` and a wrong option must be answered at once, and completion reads all commands."""
    heavy = {"apache_beam", "grpc", "httpx", "keras", "ml_metadata", "numpy", "pyarrow", "tensorflow", "tfx", "uvicorn"}
    code = (
        "import importlib, sys\n"
        "from tfx_pipeline.cli.main import COMMANDS\n"
        "for path, _ in COMMANDS.values():\n"
        "    importlib.import_module(path)\n"
        f"    assert not (found := {heavy} & sys.modules.keys()), (path, found)"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert not result.stderr


def test_every_summary_begins_small_and_has_no_stop():
    assert not [line for _, line in COMMANDS.values() if not re.fullmatch(r"[a-z].*[^.]", line)]
