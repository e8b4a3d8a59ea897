"""An argument parser whose errors take one line and suggest what was meant."""

import argparse
import difflib
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

from tfx_pipeline.console import exit_code


class CommandParser(argparse.ArgumentParser):
    """The parser of `tandem`, or of one of its commands.

    Every command takes `--verbose` and ends its help with the exit codes.
    """

    def __init__(self, prog: str, description: str | None = None, **arguments: Any):
        super().__init__(
            prog=prog,
            description=description,
            epilog=exit_code.EXPLAINED,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            **arguments,
        )
        self.add_argument("--verbose", action="store_true", help="show what the libraries log, too")

    def parse_words(self, words: Sequence[str]) -> argparse.Namespace:
        """Reads options and arguments in any order: `show --json 3` is `show 3 --json`."""
        self._refuse_unknown(words)
        if any(word == "-h" or (len(word) > 2 and "--help".startswith(word)) for word in words):
            return self.parse_args(words)  # parse_intermixed_args leaves arguments out of the help.
        if "--" in words:
            return self.parse_args(words)  # Python 3.10's parse_intermixed_args loses what stands behind `--`.
        return self.parse_intermixed_args(words)

    def _refuse_unknown(self, words: Sequence[str]) -> None:
        """Refuses an unknown option, before argparse complains of something that is missing."""
        for word in words:
            if word == "--":
                break
            name = word.split("=")[0]
            if name.startswith("--") and " " not in name and not any(each.startswith(name) for each in self.options):
                self.error(f"there is no option {name}.{did_you_mean(name, self.options)}")

    @property
    def options(self) -> list[str]:
        """All options, such as `--config`."""
        return list(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        """Says what is wrong in one line, and where to read on."""
        stop = "" if message.endswith((".", "?")) else "."
        self.exit(exit_code.ExitCode.WRONG_USAGE, f"{self.prog}: {message}{stop} `{self.prog} --help` tells more.\n")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Returns ` Did you mean …?` if a known name is near, else nothing."""
    near = difflib.get_close_matches(name, known, n=1)
    return f" Did you mean {near[0]}?" if near else ""
