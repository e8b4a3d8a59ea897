import platform
import re
import shlex
import subprocess
from importlib import metadata

import pytest

from tests.support.own_process import TANDEM
from tfx_pipeline.cli.main import COMMANDS, GROUPS
from tfx_pipeline.cli.parsing import completion
from tfx_pipeline.console import installed_versions


def test_help_says_where_to_start_and_lists_every_command_below_its_group(tandem):
    text = tandem("--help").out
    assert "Start here: `tandem demo`" in text.split("\n\n")[2]
    lines = text.splitlines()
    for group, commands in GROUPS.items():
        place = lines.index(f"{group}:")
        assert [line.split()[0] for line in lines[place + 1 : place + 1 + len(commands)]] == list(commands)
    assert lines[-1] == "exit code: 0 ok, 1 failed, 2 called wrongly, 3 ran but not pushed"


def test_every_summary_begins_small_and_has_no_stop():
    assert not [line for _, line in COMMANDS.values() if not re.fullmatch(r"[a-z].*[^.]", line)]


def test_no_command_is_wrong_usage(tandem):
    assert "\nStart here: " in tandem(code=2).err


A_PORT = "should be a whole number from 0 to 65535"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnu"], "tandem: there is no command rnu. Did you mean run? `tandem --help` tells more.\n"),
        (["zzz"], "tandem: there is no command zzz. `tandem --help` tells more.\n"),
        (["--vresion"], "tandem: there is no option --vresion. Did you mean --version? `tandem --help` tells more.\n"),
        (["run", "--confg", "x"], "tandem run: there is no option --confg. Did you mean --config? `tandem run --help`"),
        (["run", "--confg=x"], "tandem run: there is no option --confg. Did you mean --config? `tandem run --help`"),
        (["run", "--zzz", "x"], "tandem run: there is no option --zzz. `tandem run --help` tells more.\n"),
        (["recommend"], "tandem recommend: the following arguments are required: --user. `tandem recommend --help`"),
        (
            ["run", "--config", "a.yaml"],
            "tandem: a.yaml: there is no such file. Give a configuration with --config FILE",
        ),
        (["check", "--rows", "-1"], "tandem check: argument --rows: should be at least 0, not -1."),
        (["explore", "--port", "x"], f"tandem explore: argument --port: {A_PORT}, not 'x'."),
        (["tensorboard", "--port=-1"], f"tandem tensorboard: argument --port: {A_PORT}, not '-1'."),
        (["serve", "--rest_api_port", "99999"], f"tandem serve: argument --rest_api_port: {A_PORT}, not '99999'."),
        (["serve", "--warm_up_behind", "0"], "tandem serve: argument --warm_up_behind: 0 is neither true nor false."),
    ],
)
def test_what_is_called_wrongly_is_told_in_a_line_with_what_was_meant(arguments, message, tandem):
    error = tandem(*arguments, code=2).err
    assert error.startswith(message) and error.count("\n") == 1


def test_the_versions_are_those_that_the_packages_tell_of_themselves(tandem, monkeypatch):
    lines = tandem("--version").out.splitlines()
    assert [line.split()[0] for line in lines] == ["Tandem", "TFX", "TensorFlow", "Keras", "Python"]
    assert lines[3:] == [f"Keras {metadata.version('keras')}", f"Python {platform.python_version()}"]
    monkeypatch.setattr(installed_versions, "_DISTRIBUTIONS", {"Zebra": "no-such-distribution"})
    assert tandem("--version").out.splitlines()[0] == "Zebra is not installed"


@pytest.mark.parametrize("arguments", [["--verbose", "completion", "bash"], ["completion", "bash", "--verbose"]])
def test_verbose_may_stand_anywhere(arguments, tandem, monkeypatch):
    seen = []
    monkeypatch.setattr(completion, "run", lambda args: seen.append(args.verbose) or 0)
    tandem(*arguments)
    tandem("completion", "bash")
    assert seen == [True, False]


def test_a_reader_that_has_read_enough_is_no_failure():
    """As `head` is, which closes its end."""
    command = f"set -o pipefail; {shlex.join(TANDEM)} completion zsh | head -n 1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "#compdef tandem\n", "")
