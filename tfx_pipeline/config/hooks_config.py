"""Who is told of each run, and how."""

import re
from dataclasses import dataclass
from typing import Final

from schemas.number_checks import check_least, check_positive

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class HooksConfig:
    """Who is told of each run on this machine, whether it pushed, did not, or failed.

    A run does not fail because somebody cannot be told; a warning says so. `docs/every-day.md` shows the JSON.

    Attributes:
        webhook_variable: The environment variable that holds the URL to which a JSON object is sent (POST). The URL
            itself, which may hold a token, stands in no configuration. Empty: there is none.
        webhook_timeout_s: How many seconds an attempt waits for a connection, and for the answer.
        webhook_attempts: How often it is tried, at least 1. A refusal of the object itself (4xx) is not tried again.
        command: A program and its arguments, each an entry of the list, that gets the same object on its standard
            input. No shell reads it. Empty: there is none.
        command_timeout_s: How many seconds it may take; then it is ended.
        metrics_folder: Where a file of metrics for Prometheus's node_exporter is written; empty: `metrics` below the
            run's root.
    """

    webhook_variable: str = ""
    webhook_timeout_s: float = 10.0
    webhook_attempts: int = 3
    command: tuple[str, ...] = ()
    command_timeout_s: float = 60.0
    metrics_folder: str = ""

    def __post_init__(self) -> None:
        """Refuses what is no name of a variable, without repeating it: it may be a URL with a token."""
        if self.webhook_variable and not _VARIABLE.fullmatch(self.webhook_variable):
            raise ValueError(
                "`webhook_variable` should be the name of an environment variable that holds the URL, such as "
                "TANDEM_WEBHOOK. What was received is not repeated here, because it may hold a token"
            )
        check_positive(self, "webhook_timeout_s", "command_timeout_s")
        check_least(self, 1, "webhook_attempts")
        if self.command and not self.command[0]:
            raise ValueError("`command` should begin with a program. Received: an empty text")
