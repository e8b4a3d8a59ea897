"""The exit codes, which mean the same for every command."""

import enum
from typing import Final


class ExitCode(enum.IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    WRONG_USAGE = 2
    NOT_PUSHED = 3


EXPLAINED: Final = "exit code: 0 ok, 1 failed, 2 called wrongly, 3 ran but not pushed"
"""The last line of every `--help`."""
