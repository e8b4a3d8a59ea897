"""Divides a title into the words that it shares with a query, and what stands between them."""

from collections.abc import Collection
from typing import Final

import regex

from schemas.word_splitting import words

_WORD: Final = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:\.\p{N}+|\+\+|#)*[\p{L}\p{M}\p{N}]*")
"""What looks like a word; the model may make several of it."""


def title_parts(title: str, shared: Collection[str], fold_accents: bool) -> list[tuple[str, bool]]:
    """Divides a title.

    Args:
        title: The title, as it is shown.
        shared: The words of a query, as the model splits it.
        fold_accents: Whether accents do not count, as in `transform.fold_accents`.

    Returns:
        Parts that make up the title, each with whether the model finds a word of the query in it.
    """
    parts: list[tuple[str, bool]] = []
    end = 0
    for found in _WORD.finditer(title):
        if shared and not {*words(found[0], fold_accents)}.isdisjoint(shared):
            parts += [(title[end : found.start()], False), (found[0], True)]
            end = found.end()
    return [part for part in (*parts, (title[end:], False)) if part[0]]
