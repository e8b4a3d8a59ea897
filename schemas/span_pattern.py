"""Placeholders in the patterns of files that arrive span by span, such as day by day."""

from typing import Final

SPAN: Final = "{SPAN}"
"""The placeholder for the number of a span, which grows with time, such as 20260131 or 17."""
VERSION: Final = "{VERSION}"
"""The placeholder for the number of a span's edition."""


def as_glob(pattern: str) -> str:
    """The glob of all spans and versions. A pattern without placeholders is returned unchanged."""
    return pattern.replace(SPAN, "*").replace(VERSION, "*")
