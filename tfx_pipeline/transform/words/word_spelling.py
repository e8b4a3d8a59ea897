"""Finds the word of a vocabulary that differs from a misspelt one by one letter, within the Transform graph.

A letter that is missing, too much or wrong, or two neighbours that changed places, is one edit. Each word of the
vocabulary stands in a table under itself and, with a sign in the place of each letter in turn, under its patterns:
`mugs` under `?ugs`, `m?gs`, `mu?s` and `mug?`. A misspelt word is looked up by its own patterns (a wrong letter), with
a sign between any two letters (a missing one), without each letter (one too many), and with each two neighbours
swapped. So every word that is found is one edit away, and nothing has to be compared. The idea is that of deletion
neighbourhoods (Bocek, Hunt and Stiller, Fast similarity search in large dictionaries, 2007).
"""

from collections.abc import Iterator
from typing import Final

import regex
import tensorflow as tf

from schemas.word_splitting import NO_SPACES

LEAST_LETTERS: Final = 4
"""Shorter words have too many neighbours; but of three letters, two that changed places are found."""
_SWAPPED_LETTERS = 3
_MOST_LETTERS = 30
_ANY = "?"
"""Stands for a letter. No word has it."""
_LETTERS: Final = r"[\p{L}\p{M}]+"
_WITHOUT_SPACES: Final = f"[{NO_SPACES}]"
_BEHIND: Final = "   "
"""Stands behind a word, so that there are letters to take beyond its end; no word has a space."""
_NONE: Final = tf.int64.max


def is_plain(word: str) -> bool:
    """Whether a word may be misspelt: letters alone, no number or code, and of a script that has spaces."""
    is_word = _SWAPPED_LETTERS <= len(word) <= _MOST_LETTERS and _compiled_letters.fullmatch(word)
    return bool(is_word) and not _compiled_without_spaces.search(word)


def patterns(word: str) -> Iterator[str]:
    """The patterns under which a word stands in the table, a sign in the place of each letter."""
    if len(word) >= LEAST_LETTERS and is_plain(word):
        for place in range(len(word)):
            yield word[:place] + _ANY + word[place + 1 :]


def corrected(table: tf.lookup.StaticHashTable, words: tf.Tensor) -> tf.Tensor:
    """The number of the most frequent word that is one edit away.

    Args:
        table: Has the number of each word, and under each pattern the smallest number of its words; -1 for all else.
        words: string [n], words that the table does not have.

    Returns:
        int64 [n]; -1 if there is no such word.
    """
    places = tf.where(_are_plain(words))
    misspelt = tf.gather(words, places[:, 0])
    lengths = tf.strings.length(misspelt, unit="UTF8_CHAR")
    # A word has a place for each letter, and one behind the last.
    rows = tf.repeat(tf.range(tf.size(lengths)), lengths + 1)
    place = tf.range(tf.size(rows)) - tf.gather(tf.cumsum(lengths + 1, exclusive=True), rows)
    word, length = tf.gather(tf.strings.join([misspelt, _BEHIND]), rows), tf.gather(lengths, rows)

    def part(start: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        return tf.strings.substr(word, start, count, unit="UTF8_CHAR")

    one = tf.ones_like(place)
    before, letter, following = part(0 * one, place), part(place, one), part(place + 1, one)
    rest = part(place + 2, length)
    is_long = tf.greater_equal(length, LEAST_LETTERS)
    keys = [
        tf.strings.join([before, following, letter, rest]),
        *(
            tf.where(is_long, each, "")
            for each in (
                tf.strings.join([before, following, rest]),
                tf.strings.join([before, _ANY, following, rest]),
                tf.strings.join([before, _ANY, letter, following, rest]),
            )
        ),
    ]
    numbers = table.lookup(tf.strings.strip(tf.stack(keys)))
    numbers = tf.reduce_min(tf.where(tf.less(numbers, 0), _NONE, numbers), axis=0)
    best = tf.math.unsorted_segment_min(numbers, rows, tf.size(lengths))
    found = tf.fill(tf.shape(words), tf.constant(-1, tf.int64))
    return tf.tensor_scatter_nd_update(found, places, tf.where(tf.equal(best, _NONE), tf.constant(-1, tf.int64), best))


def _are_plain(words: tf.Tensor) -> tf.Tensor:
    """Does what `is_plain` does: string [n] to bool [n]."""
    length = tf.strings.length(words, unit="UTF8_CHAR")
    parts = (
        tf.logical_and(tf.greater_equal(length, _SWAPPED_LETTERS), tf.less_equal(length, _MOST_LETTERS)),
        tf.strings.regex_full_match(words, _LETTERS),
        tf.logical_not(tf.strings.regex_full_match(words, f".*{_WITHOUT_SPACES}.*")),
    )
    return tf.reduce_all(tf.stack(parts), axis=0)


_compiled_letters = regex.compile(_LETTERS)
_compiled_without_spaces = regex.compile(_WITHOUT_SPACES)
