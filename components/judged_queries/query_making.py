"""Makes search queries from the titles of a catalogue, each with the words that a right item's title has."""

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import regex

from components.judged_queries.number_forms import other_number
from schemas.word_splitting import words

FULL_TITLE: Final = "full title"
OTHER_ORDER: Final = "other word order"
ONE_WORD: Final = "one word"
OTHER_NUMBER: Final = "plural or singular"
MISSPELT: Final = "misspelt"
UNSEEN_WORD: Final = "one word unseen"
NONSENSE: Final = "no such words"

_LEAST_LETTERS = 3
_LEAST_MISSPELT = 4
_LEAST_UNSEEN = 5
_PHRASE = 2
_CHUNK = regex.compile(r"[\p{L}\p{M}\p{N}]+")
_LETTERS = regex.compile(r"[\p{L}\p{M}]+")
_CHARACTER = regex.compile(r"\X")
_ELSEWHERE: Final = (
    "guarda-chuva azul", "regenschirm blau", "parapluie bleu", "paraguas azul", "ombrello blu", "mavi şemsiye",
    "синий зонтик", "μπλε ομπρέλα", "נייד כחול", "مظلة زرقاء", "नीली छतरी", "파란 우산", "ร่มสีฟ้า", "蓝色雨伞", "青い傘",
)  # fmt: skip
"""`blue umbrella` in other languages, for those of them that the catalogue does not speak."""


@dataclass(frozen=True)
class JudgedQuery:
    """A query and what it means.

    Attributes:
        kind: What was done to the title, such as `misspelt`.
        text: What is typed.
        wanted: The words that it means. An item is right if its title has all of them. Empty: no item is right.
    """

    kind: str
    text: str
    wanted: tuple[str, ...]


def made_queries(titles: Iterable[str], of_each: int) -> list[JudgedQuery]:
    """Makes queries of seven kinds from titles. The same titles, in any order, make the same queries.

    Args:
        titles: The titles of a catalogue, in any language. Empty ones are left out.
        of_each: How many queries of each kind are made at most. There are fewer if the titles do not yield them, such
            as plurals in a language that has none.

    Returns:
        The queries, kind by kind, none twice within a kind.
    """
    distinct = {*titles}
    known = frozenset(word for title in distinct for word in title_words(title))
    made: list[JudgedQuery] = []
    for kind, make in _KINDS.items():
        found: dict[str, JudgedQuery] = {}
        for title in sorted(distinct, key=lambda title: _number(kind, title)):
            if len(found) == of_each:
                break
            typed = typed_words(title)
            if not typed:
                continue
            new = ((text, wanted) for text, wanted in make(title, typed, known) if text not in found)
            for text, wanted in itertools.islice(new, 1):
                found[text] = JudgedQuery(kind, text, title_words(wanted))
        made += found.values()
    return made


def title_words(text: str) -> tuple[str, ...]:
    """The distinct words of a text, for comparison; accents do not count."""
    return tuple(dict.fromkeys(words(text, fold_accents=True)))


def typed_words(title: str) -> list[str]:
    """The parts of a title as somebody types them, folded: its words and, without spaces, pairs of characters."""
    typed: list[str] = []
    for chunk in _CHUNK.findall(title):
        split = words(chunk)
        characters = _CHARACTER.findall(chunk)
        # A run without spaces has its pairs, then its single characters.
        if len(split) > 1 and split[-1] == characters[-1] and len(split) >= len(characters):
            typed += ("".join(characters[at : at + 2]) for at in range(0, len(characters), 2))
        else:
            typed += split
    return typed


def _number(*parts: str) -> int:
    """A number that depends on the texts alone."""
    return int.from_bytes(hashlib.blake2b("\n".join(parts).encode(), digest_size=8).digest(), "big")


_Made = Iterator[tuple[str, str]]
"""What is typed, and what it means."""


def _full_title(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    yield title, title


def _other_order(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    if len({*typed}) > 1:
        yield " ".join(reversed(typed)), " ".join(typed)


def _one_word(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    for word in _from_any(title, [word for word in typed if _is_long(word, _LEAST_LETTERS)]):
        yield word, word


def _other_number(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    other = other_number(typed[-1], known)
    if other:
        # Half of the queries are the word alone.
        before = typed[-_PHRASE:-1] if _number(title) % 2 else []
        yield " ".join([*before, other]), " ".join([*before, typed[-1]])


def _misspelt(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    error = _ERRORS[_number("error", title) % len(_ERRORS)]
    letters = sorted({letter for word in known for letter in word if _LETTERS.fullmatch(word)})
    for place in _from_any(title, [at for at, word in enumerate(typed) if _is_long(word, _LEAST_MISSPELT)]):
        wrong = error(typed[place], _number("place", title), letters)
        if wrong != typed[place] and not known.issuperset(title_words(wrong)):
            phrase = _phrase(typed, place)
            yield " ".join(wrong if at == place else typed[at] for at in phrase), " ".join(typed[at] for at in phrase)


def _unseen_word(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    phrase = [typed[at] for at in _phrase(typed, _number("place", title) % len(typed))]
    for word in _unseen(title, typed, known):
        yield " ".join([*phrase, word]), " ".join(phrase)


def _nonsense(title: str, typed: list[str], known: frozenset[str]) -> _Made:
    elsewhere = [text for text in _ELSEWHERE if known.isdisjoint(title_words(text))]
    if elsewhere and _number(title) % 2:
        yield elsewhere[_number("elsewhere", title) % len(elsewhere)], ""
    for word in _unseen(title, typed, known):
        yield word, ""


_KINDS: Final[dict[str, Callable[[str, list[str], frozenset[str]], _Made]]] = {
    FULL_TITLE: _full_title,
    OTHER_ORDER: _other_order,
    ONE_WORD: _one_word,
    OTHER_NUMBER: _other_number,
    MISSPELT: _misspelt,
    UNSEEN_WORD: _unseen_word,
    NONSENSE: _nonsense,
}
KINDS: Final = tuple(_KINDS)
"""The kinds of queries, in the order of tables."""


def _phrase(typed: Sequence[str], place: int) -> range:
    """The places of two words that follow one another, one of them that at `place`."""
    first = min(place, max(len(typed) - _PHRASE, 0))
    return range(first, min(first + _PHRASE, len(typed)))


def _from_any(title: str, values: list) -> list:
    """The values, beginning with any of them."""
    first = _number("first", title) % len(values) if values else 0
    return [*values[first:], *values[:first]]


def _is_long(word: str, least: int) -> bool:
    """Whether a word has that many letters. A pair of characters without spaces is a whole word."""
    return bool(_LETTERS.fullmatch(word)) and (len(word) >= least or len(words(word)) > 1)


def _unseen(title: str, typed: list[str], known: frozenset[str]) -> Iterator[str]:
    """Words of the title, written backwards, that no title has."""
    for word in _from_any(title, typed):
        backwards = "".join(reversed(_CHARACTER.findall(word)))
        is_whole = _LETTERS.fullmatch(word) and (len(word) >= _LEAST_UNSEEN or len(words(word)) > 1)
        if is_whole and known.isdisjoint(title_words(backwards)):
            yield backwards


def _swapped(word: str, number: int, letters: Sequence[str]) -> str:
    """Two neighbouring letters change places; the first letter stays in all but short words."""
    places = [at for at in range(1, len(word) - 1) if word[at] != word[at + 1]]
    if not places:
        return word
    at = places[number % len(places)]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


def _missing(word: str, number: int, letters: Sequence[str]) -> str:
    at = 1 + number % (len(word) - 1)
    return word[:at] + word[at + 1 :]


def _doubled(word: str, number: int, letters: Sequence[str]) -> str:
    at = 1 + number % (len(word) - 1)
    return word[: at + 1] + word[at:]


def _wrong(word: str, number: int, letters: Sequence[str]) -> str:
    at = 1 + number % (len(word) - 1)
    others = [letter for letter in letters if letter != word[at]]
    return word[:at] + others[number // len(word) % len(others)] + word[at + 1 :] if others else word


_ERRORS: Final = (_swapped, _missing, _doubled, _wrong)
