"""Plural and singular of a word, by rules on its last letters.

They are those of English; French, Spanish and Portuguese mostly agree with them. A model's own idea of related words is
learned from its log, so that it is judged by another rule than its own.
"""

from collections.abc import Collection, Iterator

import regex

_LATIN = regex.compile(r"\p{Latin}{3,}")
_TAKES_ES = ("s", "x", "z", "ch", "sh")
_VOWELS = "aeiou"


def number_forms(word: str) -> Iterator[str]:
    """Yields a word and all that may be its plural or singular, whether there is such a word or not."""
    yield word
    if not _LATIN.fullmatch(word):
        return
    yield word + "s"
    yield word + "es"
    if word.endswith("y"):
        yield word[:-1] + "ies"
    for plural, singular in (("s", ""), ("es", ""), ("ies", "y")):
        if word.endswith(plural) and len(word) - len(plural) >= 2:
            yield word[: -len(plural)] + singular


def other_number(word: str, known: Collection[str]) -> str:
    """The singular of a plural, if that is a known word; the plural of any other word. Empty if there is none."""
    if not _LATIN.fullmatch(word):
        return ""
    if word.endswith("s"):
        ends = ("ies", "es", "s")
        found = [each for each in number_forms(word) if each in known and len(each) < len(word)]
        return min(found, key=len) if found and word.endswith(ends) and not word.endswith("ss") else ""
    if word.endswith("y") and word[-2] not in _VOWELS:
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(_TAKES_ES) else "s")
