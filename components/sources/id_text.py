"""Which texts can be ids of users and items, through vocabularies, requests and answers."""

from components.raw_files.row import RowError

_BREAKS = "\n\r"
"""A vocabulary is a file with a line for each value, so TensorFlow Transform leaves out what holds a line break."""
_SHOWN = 40
"""Characters of a refused id in the message."""


def check_id(text: str, column: str) -> None:
    """Refuses an id that a model could never know.

    Everything else is an id: thousands of characters, other control characters, commas, slashes, quotes, text from
    right to left, characters of no width. Ids that look alike and differ in such characters are different ids.

    Args:
        text: The id; it may be empty.
        column: Its column, for the message.

    Raises:
        RowError: It holds a line break.
    """
    # Nearly every id is printable, and this is quicker to see.
    if not text.isprintable() and any(each in text for each in _BREAKS):
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        raise RowError("line break in an id", f"column {column!r} holds {shown!r}; an id is one line")
