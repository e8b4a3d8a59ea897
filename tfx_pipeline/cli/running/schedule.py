"""Print what runs a command every day: a line for crontab, or a service and a timer for systemd. It installs nothing.

tandem schedule --config shop.yaml --at 03:10                      # a line for `crontab -e`
tandem schedule --config shop.yaml --at 03:10 --systemd            # a service and a timer
tandem schedule --config shop.yaml --at 03:10 --systemd --output ~/.config/systemd/user
tandem schedule index --config shop.yaml --at '*:30'               # new items, at half past each hour

The command is called in the folder in which you call this one, to which relative paths of the configuration are. If an
earlier one is still under way, the second ends at once with exit code 1 and says so; nothing is harmed.
"""

import argparse
import os
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.config.loading import ConfigError
from tfx_pipeline.console.exit_code import EXPLAINED, ExitCode
from tfx_pipeline.runners.failures import NotReadyError

_MOMENT: Final = re.compile(r"(\*|[01]?\d|2[0-3]):([0-5]\d)")
_LONGEST_CRON: Final = 998
"""Characters of a command that every cron takes; that of Debian takes no more."""
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Scheduled:
    """A command that is to be called every day, or every hour.

    Attributes:
        words: The program and its arguments, with absolute paths.
        folder: Where it is called.
        root: The root of its runs.
        name: What it is called: the command and the pipeline, such as `tandem-shop-run`.
        hour: 0 to 23; `*` for each.
        minute: 0 to 59.
    """

    words: tuple[str, ...]
    folder: str
    root: str
    name: str
    hour: str
    minute: int

    @property
    def command(self) -> str:
        """The command without its options, such as `tandem run`."""
        return f"tandem {self.name.rpartition('-')[2]}"

    @property
    def log(self) -> str:
        """The file that gets what cron's command prints."""
        return os.path.join(self.root, f"scheduled_{self.name.rpartition('-')[2]}.log")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("what", nargs="?", choices=("run", "index"), default="run", help="the command (%(default)s)")
    config_arguments.add(parser)
    parser.add_argument(
        "--at", required=True, type=_moment, metavar="HH:MM", help="when, by this machine's clock; *:MM for each hour"
    )
    parser.add_argument("--systemd", action="store_true", help="a service and a timer instead of a line for crontab")
    parser.add_argument(
        "--output", default="", metavar="FOLDER", help="with --systemd: write both files there instead of printing them"
    )


def run(args: argparse.Namespace) -> int:
    """Prints it, or writes it; 0 if that went well."""
    scheduled = _scheduled(args)
    if args.output and not args.systemd:
        raise ConfigError("--output goes with --systemd; put a line for crontab there by `crontab -e`.")
    if not args.systemd:
        print(crontab(scheduled), end="")
        return ExitCode.OK
    units = systemd_units(scheduled)
    if not args.output:
        print("\n".join(f"# {name}\n{text}" for name, text in units.items()), end="")
        return ExitCode.OK
    try:
        os.makedirs(args.output, exist_ok=True)
        for name, text in units.items():
            Path(args.output, name).write_text(text, encoding="utf-8")
            print(os.path.join(args.output, name))
    except OSError as error:
        raise NotReadyError(f"--output {args.output}: cannot be written to: {error.strerror}.") from None
    print(f"Next: systemctl --user daemon-reload && systemctl --user enable --now {scheduled.name}.timer")
    return ExitCode.OK


def crontab(scheduled: Scheduled) -> str:
    """A line for crontab, with what it does in comments. Cron mails what it prints: a line, if the command failed.

    Raises:
        ConfigError: The line is longer than a cron takes.
    """
    log = shlex.quote(scheduled.log)
    call = (
        f"mkdir -p {shlex.quote(scheduled.root)} && cd {shlex.quote(scheduled.folder)}"
        f" && {shlex.join(scheduled.words)} >> {log} 2>&1"
        f' || echo "{scheduled.command} ended with exit code $?, see" {log}'
    )
    call = call.replace("%", r"\%")  # To cron a percent sign ends the line.
    if len(call) > _LONGEST_CRON:
        raise ConfigError(
            f"the line for crontab has {len(call)} characters, and cron takes {_LONGEST_CRON}. Use --systemd, or "
            "folders with shorter paths."
        )
    lines = [
        f"# {scheduled.name}: {EXPLAINED}.",
        "# 3 means that the earlier model stays served. Cron mails a line for each code but 0, to MAILTO.",
        "# Variables, such as the one of hooks.webhook_variable, go in lines of their own above: NAME=value.",
        f"{scheduled.minute} {scheduled.hour} * * * {call}",
    ]
    return "\n".join(lines) + "\n"


def systemd_units(scheduled: Scheduled) -> dict[str, str]:
    """A service and its timer, by the names of their files."""
    hour = scheduled.hour if scheduled.hour == "*" else f"{int(scheduled.hour):02}"
    service = f"""\
[Unit]
Description={_specifiers(scheduled.command)} in {_specifiers(scheduled.root)}

[Service]
Type=oneshot
WorkingDirectory={_specifiers(scheduled.folder)}
ExecStart={" ".join(map(_systemd_word, scheduled.words))}
# 0 ok, 1 failed, 2 called wrongly. 3: not pushed, so the earlier model stays served.
SuccessExitStatus=3
# Variables, such as the one of hooks.webhook_variable: NAME=value, a line each.
EnvironmentFile=-%E/tandem/{scheduled.name}.env
Nice=10
"""
    timer = f"""\
[Unit]
Description=When {scheduled.name}.service is started

[Timer]
OnCalendar=*-*-* {hour}:{scheduled.minute:02}:00
# A run that was missed, because the machine was off, is made up for.
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {f"{scheduled.name}.service": service, f"{scheduled.name}.timer": timer}


def _scheduled(args: argparse.Namespace) -> Scheduled:
    config = config_arguments.load(args)
    options = [word for each in args.overrides for word in ("--set", each)]
    words = (*_program(), args.what, "--config", os.path.abspath(args.config), *options)
    for each in (*words, os.getcwd(), config.run_root):
        if _CONTROL.search(each):
            raise ConfigError(f"{each!r} has a character that no line of a schedule can hold. Give it another name.")
    name = f"tandem-{re.sub(r'[^0-9A-Za-z_]', '_', config.name)}-{args.what}"
    return Scheduled(words, os.getcwd(), config.run_root, name, *args.at)


def _program() -> Sequence[str]:
    """The command `tandem` of this environment or, if it is not installed, its module."""
    installed = os.path.join(os.path.dirname(sys.executable), "tandem")
    if os.access(installed, os.X_OK):
        return (installed,)
    return (sys.executable, "-W", "ignore", "-m", "tfx_pipeline.cli.main")


def _moment(text: str) -> tuple[str, int]:
    found = _MOMENT.fullmatch(text)
    if not found:
        raise argparse.ArgumentTypeError(f"should be a time such as 03:10, or *:30 for each hour, not {text!r}")
    hour, minute = found.groups()
    return hour if hour == "*" else str(int(hour)), int(minute)


def _specifiers(text: str) -> str:
    return text.replace("%", "%%")


def _systemd_word(word: str) -> str:
    escaped = word.replace("\\", r"\\").replace('"', r"\"").replace("$", "$$")
    return f'"{_specifiers(escaped)}"'
