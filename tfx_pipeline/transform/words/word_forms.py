"""Finds the word of the vocabulary that is meant, within the Transform graph: of a misspelt word, or of its plural.

What is known is a file of the Transform graph that people can read: a form, a tab, and the number of its word in the
vocabulary.
"""

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from tfx_pipeline.transform import vocabularies
from tfx_pipeline.transform.words.word_kin import kin_numbers
from tfx_pipeline.transform.words.word_spelling import corrected, patterns

FILE = "word_forms"
_FIRST_INDEX = 1


def meant(
    indices: tf.Tensor, words: tf.Tensor, is_query: tf.Tensor, vocabulary: Any, transform: Mapping[str, Any]
) -> tf.Tensor:
    """Replaces the indices of words that stand for others.

    Args:
        indices: int64 [n, words], what `vocabularies.lookup` returned.
        words: string [n, words]; the empty string is padding.
        is_query: bool [n]. In other texts, unknown words stay unknown: what a seller writes is no misspelt query.
        vocabulary: Of the words.
        transform: A `TransformConfig` as a dict. With `join_word_forms`, the word of a group of kin takes the place of
            all of them; with `correct_spelling`, that of a misspelt word's correction.

    Returns:
        int64 [n, words].
    """
    corrects, joins = transform["correct_spelling"], transform["join_word_forms"]
    if not corrects and not joins:
        return indices
    lines = functools.partial(known_forms, corrects=corrects, joins=joins)
    file = vocabularies.derived(vocabulary, FILE, lines, _line("?", 0))
    if isinstance(file, vocabularies.Wanted):
        return indices

    def look_up(texts: tf.Tensor, name: tf.Tensor | str) -> tuple[tf.Tensor, tf.Tensor]:
        is_outside = tf.inside_function() and not tf.is_symbolic_tensor(name)
        # A table that a function makes would be filled again at each call.
        with tf.init_scope() if is_outside else contextlib.nullcontext():
            table = _table(name)
        numbers = table.lookup(texts)
        if corrects:
            is_unknown = tf.logical_and(tf.less(numbers, 0), tf.not_equal(texts, ""))
            places = tf.where(tf.logical_and(is_unknown, is_query[:, tf.newaxis]))
            found = corrected(table, tf.gather_nd(texts, places))
            numbers = tf.tensor_scatter_nd_update(numbers, places, found)
        return numbers, table.size()

    numbers = tft.apply_vocabulary(words, file, lookup_fn=look_up)
    return tf.where(tf.less(numbers, 0), indices, numbers + _FIRST_INDEX)


def known_forms(words: Sequence[str], corrects: bool, joins: bool) -> Iterator[str]:
    """The lines of the file.

    Args:
        words: The vocabulary, the most frequent word first.
        corrects: Whether words stand in it under their patterns, too; see `word_spelling`.
        joins: Whether a word of a group of kin stands for all of them; see `word_kin`.
    """
    forms, stands_for = kin_numbers(words) if joins else ({}, list(range(len(words))))
    numbers = dict(zip(words, stands_for, strict=True)) | forms
    if corrects:
        for number, word in zip(stands_for, words, strict=True):
            for pattern in patterns(word):
                numbers.setdefault(pattern, number)
    return (_line(form, number) for form, number in numbers.items())


def form_of(line: str) -> str:
    """The form that a line of the file is about."""
    return line.partition("\t")[0]


def _line(form: str, number: int) -> str:
    return f"{form}\t{number}"


def _table(name: tf.Tensor | str) -> tf.lookup.StaticHashTable:
    return tf.lookup.StaticHashTable(tf.lookup.TextFileInitializer(name, tf.string, 0, tf.int64, 1), -1)
