"""How texts are split into words."""

import unicodedata

import pytest
import regex

import schemas.word_splitting as module
from schemas.word_splitting import words
from tests.support.texts_and_words import TEXTS_AND_WORDS, WITHOUT_ACCENTS


@pytest.mark.parametrize(("text", "expected"), TEXTS_AND_WORDS)
def test_a_text_is_split_into_words(text, expected):
    assert words(text) == expected


@pytest.mark.parametrize(("text", "expected"), WITHOUT_ACCENTS)
def test_accents_need_not_count(text, expected):
    assert words(text, fold_accents=True) == expected


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
@pytest.mark.parametrize(("text", "expected"), [case for case in TEXTS_AND_WORDS if not regex.search("[½²]", case[0])])
def test_the_form_in_which_a_text_is_stored_does_not_count(form, text, expected):
    """But NFKC and NFKD themselves make one number of 1½, and letters of ™, before anyone can see them."""
    if not (form in ("NFKC", "NFKD") and "™" in text):
        assert words(unicodedata.normalize(form, text)) == expected


def test_the_table_has_many_scripts():
    """By the first word of each letter's Unicode name, of which Latin and the like have one each."""
    letters = "".join(text for text, _ in TEXTS_AND_WORDS)
    scripts = {unicodedata.name(letter).split()[0] for letter in letters if letter.isalpha()}
    assert scripts >= _SCRIPTS
    assert len(_SCRIPTS) >= 15
    assert len(TEXTS_AND_WORDS) >= 40


_SCRIPTS = {
    *("LATIN", "GREEK", "CYRILLIC", "GEORGIAN", "ARMENIAN", "ETHIOPIC", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI"),
    *("TAMIL", "TELUGU", "HANGUL", "CJK", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR"),
}
LISTS = ("BEFORE_FOLDING", "FOLDED_ACCENTS", "AFTER_FOLDING")


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name in LISTS for place in range(len(getattr(module, name)))]
)
def test_no_step_can_be_left_out(name, place, monkeypatch):
    steps = getattr(module, name)
    monkeypatch.setattr(module, name, steps[:place] + steps[place + 1 :])
    module._words.cache_clear()
    told = [words(text) for text, _ in TEXTS_AND_WORDS], [words(text, True) for text, _ in WITHOUT_ACCENTS]
    module._words.cache_clear()
    assert told != ([expected for _, expected in TEXTS_AND_WORDS], [expected for _, expected in WITHOUT_ACCENTS])
