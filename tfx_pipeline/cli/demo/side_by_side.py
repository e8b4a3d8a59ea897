"""Lays out two texts beside each other, or below each other if the terminal is too narrow."""

import itertools
from collections.abc import Sequence

_GAP = "   "
_NARROWEST = 24


def side_by_side(left: Sequence[str], right: Sequence[str], width: int) -> str:
    """Lays out two texts; lines that are too long are shortened.

    Args:
        left: The lines of the left text. They are shortened if there is too little room for both.
        right: The lines of the right text.
        width: The columns of the terminal.
    """
    own = max(map(len, right), default=0)
    room = width - own - len(_GAP)
    if room < _NARROWEST:
        return "\n".join(cut(line, width) for line in (*left, *right))
    room = min(room, max(map(len, left), default=0))
    pairs = itertools.zip_longest(left, right, fillvalue="")
    return "\n".join(f"{cut(one, room):{room}}{_GAP}{other}".rstrip() for one, other in pairs)


def cut(line: str, width: int) -> str:
    """Shortens a line to a width; an ellipsis stands for what is left out."""
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"
