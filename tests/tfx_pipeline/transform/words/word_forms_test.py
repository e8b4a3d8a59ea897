"""The lines of the file. What the graph makes of them: tests/tfx_pipeline/preprocessing_test.py, executor_test.py."""

import random
import string

from tfx_pipeline.transform.words.word_forms import known_forms

WORDS = ["mugs", "mug", "pots", "pot", "cups", "cup", "bags", "bag", "hats", "hat", "12"]


def read(corrects, joins):
    return {
        form: WORDS[int(number)] for form, number in (line.split("\t") for line in known_forms(WORDS, corrects, joins))
    }


def test_each_word_and_its_patterns():
    found = read(corrects=True, joins=False)
    patterns = {f"{word[:at]}?{word[at + 1 :]}": word for word in WORDS if len(word) == 4 for at in range(4)}
    assert found == {word: word for word in WORDS} | patterns


def test_the_most_frequent_word_has_a_pattern_that_several_have():
    lines = [*known_forms(["cart", "card"], corrects=True, joins=False)]
    assert lines == ["cart\t0", "card\t1", "?art\t0", "c?rt\t0", "ca?t\t0", "car?\t0", "?ard\t1", "c?rd\t1", "ca?d\t1"]


def test_kin_stand_for_one_word_and_so_do_their_patterns():
    joined = read(corrects=False, joins=True)
    assert (joined["mugs"], joined["mug"], joined["12"]) == ("mug", "mug", "12") and not any(
        "?" in form for form in joined
    )
    assert read(corrects=True, joins=True) == joined | {
        f"{word[:at]}?{word[at + 1 :]}": word[:3] for word in WORDS if len(word) == 4 for at in range(4)
    }


def test_a_hundred_thousand_words_make_less_than_a_million_lines():
    letters = random.Random(1)
    words = {"".join(letters.choices(string.ascii_lowercase, k=8)) for _ in range(100_000)}
    assert sum(1 for _ in known_forms(sorted(words), corrects=True, joins=True)) <= 9 * len(words)
