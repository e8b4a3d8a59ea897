"""Tells the scripts in which queries are written, which hint at the languages of their users.

A language cannot be told from two words. The script can, and it decides what the Transform makes of a text: how words
are split, and which have a plural.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable
from typing import Final

NO_LETTERS: Final = "no letters"
"""Stands for the script of a query of digits and signs alone."""
_NAMES: Final = {"Cjk": "Han"}
"""Unicode's names of letters start with their script, but for these."""


def query_scripts(queries: Iterable[tuple[str, int]]) -> dict[str, int]:
    """Counts searches by the script of their query.

    Args:
        queries: Different queries, each with the number of its searches.

    Returns:
        Searches by script, such as `Latin`, the most frequent first. A query of several scripts counts for the one
        with the most letters.
    """
    counts: Counter[str] = Counter()
    for query, searches in queries:
        counts[_script(query)] += searches
    return dict(counts.most_common())


def _script(query: str) -> str:
    # Letters of full and half width are those of their script.
    letters = (letter for letter in unicodedata.normalize("NFKC", query) if letter.isalpha())
    scripts = Counter(unicodedata.name(letter, "unknown").split()[0].capitalize() for letter in letters)
    if not scripts:
        return NO_LETTERS
    most = scripts.most_common(1)[0][0]
    return _NAMES.get(most, most)
