"""How a text is split into words: one list of steps, which the Transform graph and Python both follow.

The graph that TF Serving runs must split a query as training split the titles, and the command line must show the same
words. So the rules stand here once, as regular expressions that RE2 (TensorFlow) and the package `regex` (Python) read
alike. `words` follows them in Python, `tfx_pipeline.transform.words.tokenizers.words` in TensorFlow.

A word is a run of letters, marks and digits, in the Unicode form NFKC with full case folding:

- Full stops between digits stay (`3.5mm`, `v2.0.1`). So do `++` and `#` after a letter (`C++`, `C#`).
- Letters and digits side by side stay one word if either part is short (`WH1000XM4`, `500ml`, `PS5`). A longer word is
  cut at a number (`iPhone15ProMax` is `iphone`, `15`, `pro`, `max`).
- Chinese, Japanese, Thai, Lao, Khmer, Burmese and Tibetan have no spaces. A run of their characters becomes its pairs
  of neighbours and its single characters. A character is a letter with its marks.
- Each emoji is a word. Its skin colour does not count.
"""

import functools
import unicodedata
from typing import Final, NamedTuple

import regex

WORDS: Final = "words"
CHARACTER_NGRAMS: Final = "character_ngrams"
SUBWORDS: Final = "subwords"
TOKENIZERS: Final = (WORDS, CHARACTER_NGRAMS, SUBWORDS)
"""What a model may know of a text: its words, those and their pieces of three letters, or pieces that a log teaches."""


class Step(NamedTuple):
    """Replaces whatever matches a pattern.

    Attributes:
        pattern: A regular expression that RE2 and the package `regex` read alike. Characters stand in it as themselves.
        replacement: What takes its place; `\\1` is the first group.
    """

    pattern: str
    replacement: str


UNIT_END: Final = "\x01"
"""Stands between the characters of a run without spaces, until the run is split."""
UNIT_WIDTHS: Final = (2, 1)
"""A run without spaces becomes its pairs of characters, then its single ones."""

NO_SPACES: Final = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}ー々〆"
"""The characters of scripts that write no spaces between words, for a class of a regular expression."""
_FLAG_LETTERS: Final = "\U0001f1e6-\U0001f1ff"
_EMOJI: Final = "\u2600-\u27bf\U0001f300-\U0001faff"
_UNSEEN: Final = (
    "\u0640\ufe00-\ufe0f\U0001f3fb-\U0001f3ff\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200c-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
# What stands for a full stop, a plus and a number sign that belong to a word, while all others are left out.
_STOP, _PLUS, _SHARP = "\x02", "\x03", "\x04"

BEFORE_FOLDING: Final = (
    # Control characters, some of which the steps below use themselves; a space of no width; and the signs ℠ and ™, of
    # which NFKC would make letters at the end of a name.
    Step("[\x01-\x1f\u200b\u2120\u2122]", " "),
    # What may be typed or not without a difference to the eye: Arabic stretching, variants and skin colours of emoji,
    # and what Unicode calls ignorable by default, such as joiners, soft hyphens and marks of direction.
    Step(f"[{_UNSEEN}]", ""),
    # NFKC would make one number of two: 1½ is not 11⁄2.
    Step("(\\p{N})([\u00b2\u00b3\u00b9\u00bc-\u00be\u2070-\u2089\u2150-\u215f])", r"\1 \2"),
    # Case tells where words meet, but only after a number: YouTube and PlayStation are one word.
    Step(r"(\p{N}\p{Lu}\p{Ll}+)(\p{Lu}\p{Ll})", r"\1 \2"),
)
"""What is done to a text as it was written."""

FOLDED_ACCENTS: Final = (
    Step(r"([\p{Latin}\p{Greek}])\p{Mn}+", r"\1"),
    Step("\u0435\u0308", "\u0435"),  # Russian ё is mostly written е.
    Step("[\u064b-\u065f\u0670\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]", ""),  # Arabic and Hebrew vowels.
    Step("[ıɨ]", "i"),
    Step("ø", "o"),
    Step("ł", "l"),
    Step("[đð]", "d"),
    Step("æ", "ae"),
    Step("œ", "oe"),
    Step("þ", "th"),
)
"""What is done to a folded text in the form NFKD if accents do not count."""

AFTER_FOLDING: Final = (
    Step("i\u0307", "i"),  # What case folding makes of the Turkish İ.
    Step(f"([{NO_SPACES}][{NO_SPACES}\\p{{M}}]*)", r" \1 "),
    # Korean writes spaces between words, but often none beside a number or a Latin name.
    Step(r"(\p{Hangul})([\p{Latin}\p{N}])", r"\1 \2"),
    Step(r"([\p{Latin}\p{N}])(\p{Hangul})", r"\1 \2"),
    # Matches do not overlap, so the second time finds the other half of the stops in 1.2.3.
    *[Step(r"(\p{N})\.(\p{N})", rf"\1{_STOP}\2")] * 2,
    Step(r"([\p{L}\p{M}])\+\+", rf"\1{_PLUS}{_PLUS} "),
    Step(r"([\p{L}\p{M}])#", rf"\1{_SHARP} "),
    Step(f"([{_FLAG_LETTERS}]{{2}}|[{_EMOJI}])", r" \1 "),
    Step(rf"[^\p{{L}}\p{{M}}\p{{N}}{_EMOJI}{_FLAG_LETTERS}{_STOP}{_PLUS}{_SHARP}]+", " "),
    Step(r"(^| )\p{M}+", " "),  # A mark without its letter.
    Step(_STOP, "."),
    Step(_PLUS, "+"),
    Step(_SHARP, "#"),
    Step(r"(\p{L}[\p{L}\p{M}]{3,})(\p{N})", r"\1 \2"),
    Step(r"(\p{N})(\p{L}[\p{L}\p{M}]{2,})", r"\1 \2"),
    Step(f"([{NO_SPACES}]\\p{{M}}*)", r"\1" + UNIT_END),
    Step(f"{UNIT_END}( |$)", " "),
)
"""What is done to a folded text. Then spaces stand between words, and `UNIT_END` between characters of one run."""


def words(text: str, fold_accents: bool = False) -> list[str]:
    """Splits a text into words.

    Args:
        text: Any text.
        fold_accents: Whether accents and vowel marks do not count: `café` is `cafe`. Of the scripts whose marks are
            letters, such as Devanagari, no mark is left out.

    Returns:
        The words in the text's order; a run of characters without spaces as its pairs, then its single characters.
    """
    return list(_words(text, fold_accents))


@functools.lru_cache(maxsize=1 << 16)
def _words(text: str, fold_accents: bool) -> tuple[str, ...]:
    text = _after(BEFORE_FOLDING, text)
    text = _normal("NFKC", _normal("NFKC", text).casefold())
    if fold_accents:
        text = _normal("NFKC", _after(FOLDED_ACCENTS, _normal("NFKD", text)))
    return tuple(word for run in _after(AFTER_FOLDING, text).split() for word in _units(run))


_normal = unicodedata.normalize


def _after(steps: tuple[Step, ...], text: str) -> str:
    for step in steps:
        text = _compiled(step.pattern).sub(step.replacement, text)
    return text


_compiled = functools.cache(regex.compile)


def _units(run: str) -> list[str]:
    units = run.split(UNIT_END)
    if len(units) == 1:
        return units
    return ["".join(units[at : at + width]) for width in UNIT_WIDTHS for at in range(len(units) - width + 1)]
