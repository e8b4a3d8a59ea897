"""How much of what earlier runs left is kept."""

from dataclasses import dataclass
from typing import Final

from schemas.number_checks import check_least

LEAST_VERSIONS: Final = 2
"""The served version, and one to go back to. Servers that have not turned to the newest yet serve the latter."""


@dataclass(frozen=True)
class RetentionConfig:
    """How much of earlier runs is kept.

    What is older goes at the end of a run that has ended well, and with `tandem runs clean`. What is still needed
    stays: `docs/every-day.md` lists it. By default nothing goes.

    Attributes:
        versions: How many pushed versions of each model are kept, the newest ones; 0 keeps all, otherwise at least 2.
            The served version, the one that it had to beat, and versions that were rolled back stay in any case.
        runs: How many runs that have ended well keep their artifacts, the newest ones; 0 keeps all. Older ones keep
            their settings, report and page, and what a kept version was made of.
        pinned: Versions that stay however old they are, such as one that a server is told to serve by its number.
    """

    versions: int = 0
    runs: int = 0
    pinned: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuses numbers that would leave nothing to serve or to go back to."""
        check_least(self, 0, "versions", "runs")
        if 0 < self.versions < LEAST_VERSIONS:
            raise ValueError(
                f"`versions` should be 0, which keeps all, or at least {LEAST_VERSIONS}: the served one, and one to "
                f"go back to. Received: versions={self.versions}"
            )

    @property
    def keeps_everything(self) -> bool:
        """Whether nothing is ever removed."""
        return not self.versions and not self.runs
