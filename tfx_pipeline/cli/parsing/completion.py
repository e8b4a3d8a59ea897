"""Print a script that completes commands, options and files in your shell. Tandem does not run when it completes.

tandem completion bash > ~/.local/share/bash-completion/completions/tandem
tandem completion zsh > ~/.zfunc/_tandem        # with fpath+=~/.zfunc before compinit in ~/.zshrc
tandem completion fish > ~/.config/fish/completions/tandem.fish
"""

import argparse
import importlib

import shtab

from tfx_pipeline.cli.main import COMMANDS
from tfx_pipeline.cli.parsing.command_parser import CommandParser
from tfx_pipeline.console.exit_code import ExitCode

SHELLS = ("bash", "zsh", "fish")
_COMPLETED = {"FILE": shtab.FILE, "FOLDER": shtab.DIRECTORY, "DIR": shtab.DIRECTORY}
"""Maps the name of an option's value in the help, up to the first dot, to what completes it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("shell", choices=SHELLS, help="which shell you use")


def run(args: argparse.Namespace) -> int:
    """Prints the script."""
    print(shtab.complete(whole_parser(), args.shell))
    return int(ExitCode.OK)


def whole_parser() -> argparse.ArgumentParser:
    """Makes one parser of all subcommands. It imports their modules."""
    tandem = argparse.ArgumentParser(prog="tandem")
    tandem.add_argument("--verbose", action="store_true", help="show what the libraries log, too")
    tandem.add_argument("--version", action="store_true", help="print the versions of Tandem and its libraries")
    subparsers = tandem.add_subparsers(parser_class=CommandParser)
    for name, (path, summary) in COMMANDS.items():
        parser = subparsers.add_parser(name, help=summary, description=summary)
        importlib.import_module(path).add_arguments(parser)
        for action in parser._actions:  # argparse has no other list of them.
            kind = action.metavar.split(".")[0] if isinstance(action.metavar, str) else ""
            if kind in _COMPLETED:
                action.complete = _COMPLETED[kind]  # type: ignore[attr-defined]
    return tandem
