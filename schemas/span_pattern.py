"""Patterns of files that come day by day."""

from typing import Final

SPAN: Final = "{SPAN}"
"""Stands in a pattern for a number that grows with time, such as 20260131 or 17."""
VERSION: Final = "{VERSION}"
"""Stands in a pattern for the number of a span's edition."""


def as_glob(pattern: str) -> str:
    """The glob of all spans and versions; a pattern without them stays what it is."""
    return pattern.replace(SPAN, "*").replace(VERSION, "*")
