"""Counts the members of a JSON text before it is parsed.

A parsed list of two bytes takes sixty in memory, and nothing else runs in this process while Python's parser does. So a
text with too many members is refused without parsing it. Every step here runs in C over the whole text.
"""

_BETWEEN = (b",", b"[", b"{")


def has_more_members_than(text: bytes, most: int) -> bool:
    """Whether a JSON text may have more members of lists and objects, at all levels, than `most`.

    The names of members and the strings do not count twice, whatever they hold. Of a text that is no JSON, all is
    counted as if it were.
    """
    if _separators(text) <= most:  # Most texts are so short that it does not matter what their strings hold.
        return False
    bare = text.replace(rb"\\", b"").replace(rb"\"", b"")
    if bare.count(b'"') > 4 * most + 4:
        return True
    return _separators(b"".join(bare.split(b'"')[::2])) > most


def _separators(text: bytes) -> int:
    """The number of commas and opening brackets: one for each member, and one for each list and object."""
    return sum(map(text.count, _BETWEEN))
