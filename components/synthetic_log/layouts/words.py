"""Turns numbers into words made of syllables, so that a person can tell them apart, in several languages' letters."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:  # Configurations import this module, and commands that need no numpy start without it.
    import numpy as np


class Language(NamedTuple):
    """The syllables of made-up words.

    Attributes:
        syllables: All different, and none the start of another, so that different numbers have different words.
        separator: What stands between two words.
    """

    syllables: Sequence[str]
    separator: str = " "


def _syllables(first: str, second: str) -> list[str]:
    return [one + other for one in first for other in second]


LATIN: Final = "latin"
LANGUAGES: Final[Mapping[str, Language]] = {
    LATIN: Language(_syllables("bdfgklmnprstvz", "aeiou")),
    # Letters that capitals, full case folding or a second form change: STRASSE, ä as one character, İ.
    "german": Language(["stra", "ße", "grö", "mä", "fü", "kno", "lei", "schu", "öl", "tü"]),
    "turkish": Language(["ışı", "İz", "ğa", "şe", "çi", "öl", "kü", "nı", "tra", "mu"]),
    # Vowels that are marks.
    "hindi": Language(["हि", "की", "ता", "बे", "मो", "नु", "लू", "स्त", "रै", "पौ"]),
    "arabic": Language(["كت", "اب", "مح", "در", "سا", "ني", "فو", "جم", "لع", "هر"]),
    "korean": Language(["한", "글", "서", "울", "부", "산", "커", "피", "가", "방"]),
    # No spaces between words.
    "thai": Language(["ผ้า", "ไห", "มี", "กิ", "โต", "น้ำ", "เก", "รู", "ดำ", "สี"], ""),
    "chinese": Language(list("红蓝耳机茶杯灯布花包"), ""),
    "japanese": Language(list("赤あかミカ茶わんくつ傘"), ""),
}
"""The languages that `generate.languages` names. Their words are made up, and mean nothing."""


def word(number: int, language: str = LATIN) -> str:
    """The word for a number. Different numbers have different words, with at least two syllables each."""
    known = LANGUAGES[language].syllables
    syllables: list[str] = []
    while number or len(syllables) < 2:
        number, place = divmod(number, len(known))
        syllables.append(known[place])
    return "".join(reversed(syllables))


class WordList:
    """The words of a catalogue, where topics take turns in the languages.

    Args:
        owners: The number of the topic or category that each word belongs to. [words]
        languages: Names from `LANGUAGES`; word of owner n are of language n, n modulo their number.
    """

    def __init__(self, owners: "np.ndarray", languages: Sequence[str]):
        of = [languages[owner % len(languages)] for owner in owners.tolist()]
        self.words = [word(number, language) for number, language in enumerate(of)]
        self._separators = [LANGUAGES[language].separator for language in of]

    def texts(self, terms: "np.ndarray") -> list[str]:
        """Joins the words of each row to one text; negative numbers are skipped.

        Args:
            terms: The words' numbers. [rows, words]
        """
        texts = []
        for row in terms.tolist():
            kept = [each for each in row if each >= 0]
            texts.append(self._separators[kept[0]].join([self.words[each] for each in kept]) if kept else "")
        return texts
