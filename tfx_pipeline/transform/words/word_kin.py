"""Which words are forms of one word, such as singular and plural, by endings that a vocabulary teaches.

No language is told. Two endings belong together if many of the words with the longer one have a partner that ends in
the shorter one: in English most words in `s` are like `mugs`, which has `mug`, and most in `ies` are like `fairies`,
which has `fairy`; but few in `d` are like `card`, which has `car`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from tfx_pipeline.transform.words.word_spelling import is_plain

LEAST_PAIRS: Final = 5
"""How many pairs of words teach that two endings belong together."""
LEAST_SHARE: Final = 0.4
"""Which share of the words with the longer ending has to have a partner."""
_LEAST_STEM = 3
_LONGEST_ENDING = 3


class Endings(NamedTuple):
    """Two endings of which the words are kin: `y` and `ies`, or none and `s`."""

    short: str
    long: str


def learned_endings(words: Iterable[str]) -> list[Endings]:
    """The endings that belong together, those with the most pairs of words first.

    Words that endings with more pairs have explained count for no others: `candles` is `candle` with `s`, and says
    nothing about `es`.
    """
    plain = sorted({word for word in words if is_plain(word)})
    with_ending, of_stem = defaultdict(set), defaultdict(list)
    for word in plain:
        for stem, ending in _cut(word):
            with_ending[ending].add(word)
            of_stem[stem].append(ending)
    pairs = defaultdict(set)
    for stem, endings in of_stem.items():
        for short in endings:
            for long in endings:
                if len(short) < len(long) and short[:1] != long[0]:
                    pairs[Endings(short, long)].add(stem + long)
    found: list[Endings] = []
    explained: set[str] = set()
    while True:
        counts = {each: len(having - explained) for each, having in pairs.items()}
        enough = [
            (count, each)
            for each, count in counts.items()
            if count >= max(LEAST_PAIRS, LEAST_SHARE * len(with_ending[each.long] - explained))
        ]
        if not enough:
            return found
        best = max(enough)[1]
        found.append(best)
        explained |= pairs.pop(best)


def kin_numbers(words: Sequence[str]) -> tuple[dict[str, int], list[int]]:
    """Joins the words of a vocabulary to groups of kin.

    Args:
        words: The vocabulary, the most frequent word first.

    Returns:
        The number of each form that the vocabulary does not have and that is kin to one of its words; and, for each
        word, the number of the word that stands for its group: the one with the shortest ending.
    """
    endings = learned_endings(words)
    numbers = {word: number for number, word in enumerate(words)}
    stands_for = [_shortest(word, numbers, endings) for word in words]
    forms: dict[str, int] = {}
    for number, word in enumerate(words):
        for form in _forms(word, endings):
            if form not in numbers:
                forms.setdefault(form, stands_for[number])
    return forms, stands_for


def _cut(word: str) -> Iterator[tuple[str, str]]:
    for cut in range(_LONGEST_ENDING + 1):
        if len(word) - cut >= _LEAST_STEM:
            yield word[: len(word) - cut], word[len(word) - cut :]


def _shortest(word: str, numbers: dict[str, int], endings: Sequence[Endings]) -> int:
    for short, long in endings:
        shorter = word[: -len(long)] + short
        if _has_ending(word, long) and shorter in numbers:
            return _shortest(shorter, numbers, endings)
    return numbers[word]


def _forms(word: str, endings: Sequence[Endings]) -> Iterator[str]:
    for short, long in endings:
        for one, other in ((short, long), (long, short)):
            if _has_ending(word, one):
                yield word[: len(word) - len(one)] + other


def _has_ending(word: str, ending: str) -> bool:
    return is_plain(word) and word.endswith(ending) and len(word) - len(ending) >= _LEAST_STEM
