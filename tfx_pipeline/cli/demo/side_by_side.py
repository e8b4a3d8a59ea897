"""Two texts beside each other, or below each other where a terminal has no room."""

import itertools
from collections.abc import Sequence

_GAP = "   "
_NARROWEST = 24


def side_by_side(left: Sequence[str], right: Sequence[str], width: int) -> str:
    """Lays two texts out; lines that are too long are cut.

    Args:
        left: The lines of the one that gives way: it is cut where there is too little room for both.
        right: The lines of the other.
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
    """A line that is at most so wide; an ellipsis stands for what is left out."""
    return line if len(line) <= width else line[: max(0, width - 1)] + "…"
