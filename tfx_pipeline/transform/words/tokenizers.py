"""Splits texts into the tokens that the model has embeddings of, within the Transform graph."""

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf
import tensorflow_text

from schemas.word_splitting import (
    AFTER_FOLDING,
    BEFORE_FOLDING,
    CHARACTER_NGRAMS,
    FOLDED_ACCENTS,
    SUBWORDS,
    UNIT_END,
    UNIT_WIDTHS,
    Step,
)
from tfx_pipeline.transform.words.subwords import subwords

_NGRAM = 3
_TOKENS_PER_WORD = {CHARACTER_NGRAMS: 10, SUBWORDS: 3}


def tokens(texts: tf.Tensor, counts: tf.Tensor, transform: Mapping[str, Any]) -> tf.RaggedTensor:
    """Splits texts into tokens by the configured tokenizer.

    Args:
        texts: string [n], UTF-8.
        counts: int64 [n], how often each text counts where a tokenizer learns from the log.
        transform: A `TransformConfig` as a dict.

    Returns:
        string [n, (tokens)].
    """
    split = words(texts, transform["fold_accents"])
    if transform["tokenizer"] == CHARACTER_NGRAMS:
        return character_ngrams(split, transform["ngram_buckets"])
    if transform["tokenizer"] == SUBWORDS:
        return subwords(split, counts, transform["subwords"])
    return split


def tokens_per_word(transform: Mapping[str, Any]) -> int:
    """How many tokens of a word are kept, on average over a text."""
    return _TOKENS_PER_WORD.get(transform["tokenizer"], 1)


def character_ngrams(split: tf.RaggedTensor, buckets: int) -> tf.RaggedTensor:
    """Turns each word into itself and its pieces of three letters, all hashed, as fastText does (arXiv 1607.04606).

    A word's start and end count as letters: the pieces of `mug` are `<mu`, `mug` and `ug>`. A word that occurs nowhere
    in training shares pieces with words that do.

    Args:
        split: string [n, (words)].
        buckets: The number of different hashes.

    Returns:
        string [n, (tokens)]: the number of each token's bucket. Of a word, the token of itself comes first.
    """
    bounded = tf.strings.join(["<", split.flat_values, ">"])
    letters = tf.strings.unicode_split(bounded, "UTF-8")
    pieces = tf.strings.ngrams(letters, _NGRAM, separator="")
    each = tf.concat([tf.RaggedTensor.from_tensor(tf.expand_dims(bounded, 1)), pieces], axis=1)
    hashed = tf.strings.as_string(tf.strings.to_hash_bucket_fast(each.flat_values, buckets))
    return split.with_flat_values(each.with_flat_values(hashed)).merge_dims(1, 2)


def words(texts: tf.Tensor, fold_accents: bool = False) -> tf.RaggedTensor:
    """Splits texts into words as `schemas.word_splitting.words` does.

    Args:
        texts: string [n], UTF-8.
        fold_accents: Whether accents and vowel marks do not count.

    Returns:
        string [n, (words)].
    """
    texts = _normal("NFKC", _after(BEFORE_FOLDING, texts))
    texts = _normal("NFKC", tensorflow_text.case_fold_utf8(texts))
    if fold_accents:
        texts = _normal("NFKC", _after(FOLDED_ACCENTS, _normal("NFKD", texts)))
    runs = tf.strings.split(_after(AFTER_FOLDING, texts))
    units = runs.with_flat_values(tf.strings.split(runs.flat_values, UNIT_END))
    return tf.strings.ngrams(units, UNIT_WIDTHS, separator="").merge_dims(1, 2)


def _after(steps: Sequence[Step], texts: tf.Tensor) -> tf.Tensor:
    for step in steps:
        texts = tf.strings.regex_replace(texts, step.pattern, step.replacement)
    return texts


def _normal(form: str, texts: tf.Tensor) -> tf.Tensor:
    return tensorflow_text.normalize_utf8(texts, form)
