"""Texts are split within a graph as in Python, and words become pieces."""

import dataclasses
import unicodedata

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.word_splitting import words as words_in_python
from tests.support.texts_and_words import TEXTS_AND_WORDS, WITHOUT_ACCENTS
from tfx_pipeline.config.pipeline_config import TransformConfig
from tfx_pipeline.transform.words.tokenizers import character_ngrams, tokens, tokens_per_word, words


def split(texts, fold_accents=False):
    return [[word.decode() for word in row] for row in words(tf.constant(texts), fold_accents).to_list()]


def test_the_graph_splits_texts_as_python_does():
    assert split([text for text, _ in TEXTS_AND_WORDS]) == [expected for _, expected in TEXTS_AND_WORDS]
    without = split([text for text, _ in WITHOUT_ACCENTS], fold_accents=True)
    assert without == [expected for _, expected in WITHOUT_ACCENTS]


# Python and TensorFlow know different editions of Unicode; all that the edition 3.2 had is the same in both.
_SETTLED = [
    chr(point) for point in range(1, 0x110000) if unicodedata.ucd_3_2_0.category(chr(point)) not in ("Cn", "Co", "Cs")
]


@pytest.mark.parametrize("fold_accents", [False, True])
def test_they_agree_on_each_character(fold_accents):
    """Within a word, and after a number."""
    texts = [f"ab{character}cd 1{character}" for character in _SETTLED]
    told = zip(_SETTLED, split(texts, fold_accents), texts, strict=True)
    assert len(texts) > 90_000
    assert [
        hex(ord(character)) for character, graph, text in told if graph != words_in_python(text, fold_accents)
    ] == []


# Those that have rules of their own stand here more often than by chance.
_CHARACTERS = st.one_of(
    st.sampled_from("aZéßİı19½.+#,- \t\x01\x02'™éеЁאָعَ가한漢々かガｶﾞーกำเ្កြမ၏👍🏽🇩❤️\u0301\u0308\u200d\u00ad"),
    st.sampled_from(_SETTLED),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.text(_CHARACTERS, max_size=12), min_size=1, max_size=8), st.booleans())
def test_they_agree_on_any_text(texts, fold_accents):
    assert split(texts, fold_accents) == [words_in_python(text, fold_accents) for text in texts]


def test_a_word_becomes_itself_and_its_pieces():
    pieces = character_ngrams(tf.ragged.constant([["mug", "né"], [], ["a"]]), buckets=1 << 40)
    # All hashes differ, so each stands for one of these.
    texts = [["<mug>", "<mu", "mug", "ug>", "<né>", "<né", "né>"], [], ["<a>", "<a>"]]
    hashes = [tf.strings.as_string(tf.strings.to_hash_bucket_fast(row, 1 << 40)).numpy().tolist() for row in texts]
    assert pieces.to_list() == hashes


def test_a_misspelt_word_shares_most_pieces_with_the_right_one():
    right, wrong, other = character_ngrams(tf.ragged.constant([["lantern"], ["lantren"], ["mug"]]), 1 << 40).to_list()
    # <la, lan, ant; but neither of nte, ter, ern, rn>.
    assert len({*right} & {*wrong}) == 3
    assert not {*right} & {*other}


def test_pieces_fall_into_buckets():
    numbers = character_ngrams(tf.ragged.constant([["wireless", "mouse"]]), buckets=5).flat_values
    assert set(numbers.numpy()) <= {str(number).encode() for number in range(5)}


def test_the_configuration_chooses():
    texts, count = tf.constant(["Café"]), tf.constant([1], tf.int64)
    config = dataclasses.asdict(TransformConfig())
    assert tokens(texts, count, config).to_list() == [["café".encode()]]
    assert tokens(texts, count, config | {"fold_accents": True}).to_list() == [[b"cafe"]]
    assert tokens_per_word(config) == 1
    pieces = config | {"tokenizer": "character_ngrams", "ngram_buckets": 7}
    assert tokens(texts, count, pieces).to_list() == character_ngrams(tf.ragged.constant([["café"]]), 7).to_list()
    # <caf>, and four pieces of three letters.
    assert np.shape(tokens(texts, count, pieces).to_list()) == (1, 5)
    assert [tokens_per_word(config | {"tokenizer": name}) for name in ("character_ngrams", "subwords")] == [10, 3]
