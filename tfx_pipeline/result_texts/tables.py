"""Lays out plain text tables."""

from collections.abc import Sequence

_LONGEST_CELL = 60
_JOINERS = "\u200c\u200d"


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lays out rows below a header. Columns of numbers, even with gaps, align right; long texts are shortened."""
    cells = [[_cut(cell) for cell in row] for row in (header, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    to_the_right = [
        all(not row[column] or _is_number(row[column]) for row in cells[1:]) for column in range(len(header))
    ]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, to_the_right, strict=True)
        ).rstrip()
        for row in cells
    )


def shown(text: str) -> str:
    """The text as a terminal may print it: what would move the cursor, turn the direction or show nothing is spelled.

    The joiners of Indic and Arabic letters and of emoji stay, because words need them.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in _JOINERS or each == " " else each.encode("unicode_escape").decode("ascii")
        for each in text
    )


def _cut(text: str) -> str:
    text = shown(" ".join(text.split()))
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
