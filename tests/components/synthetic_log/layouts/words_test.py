import numpy as np
import pytest

from components.synthetic_log.layouts.words import LANGUAGES, LATIN, WordList, word
from schemas.word_splitting import words


def test_words_are_made_of_syllables_and_all_different():
    # 14 consonants by 5 vowels: 70 syllables.
    assert [word(number) for number in (0, 1, 69, 70, 70**2)] == ["baba", "babe", "bazu", "beba", "bebaba"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_different_numbers_have_different_words(language):
    made = [word(number, language) for number in range(2_000)]
    assert len(set(made)) == 2_000
    if LANGUAGES[language].separator:
        # Each is one word to the model, too, and all are different to it.
        assert len({tuple(words(text)) for text in made}) == 2_000
        assert all(len(words(text)) == 1 for text in made)


def test_topics_take_turns_in_the_languages():
    """Two words of each of three owners, the third in the first language again."""
    of = WordList(np.array([0, 0, 1, 1, 2, 2]), [LATIN, "chinese"])
    # In Chinese there are 11 characters: 2 and 3 are 红 and another one.
    assert of.words == ["baba", "babe", "红耳", "红机", "babo", "babu"][:4] + [word(4), word(5)]
    assert of.texts(np.array([[0, 1], [2, 3], [5, -1], [-1, -1]])) == ["baba babe", "红耳红机", word(5), ""]
