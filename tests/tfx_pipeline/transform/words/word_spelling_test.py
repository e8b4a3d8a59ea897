import pytest
import tensorflow as tf

from tfx_pipeline.transform.words.word_spelling import corrected, is_plain, patterns

NONE = "-"


def spelt(words, asked):
    """Corrects unknown words by a vocabulary, the most frequent word first."""
    numbers = {word: number for number, word in enumerate(words)}
    for number, word in enumerate(words):
        for pattern in patterns(word):
            numbers.setdefault(pattern, number)
    filled = tf.lookup.KeyValueTensorInitializer(list(numbers), list(numbers.values()), tf.string, tf.int64)
    found = corrected(tf.lookup.StaticHashTable(filled, -1), tf.constant(asked, tf.string, [len(asked)]))
    return [words[number] if number >= 0 else NONE for number in found.numpy()]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("umbrela", "umbrella"),  # A letter is missing: within,
        ("mbrella", "umbrella"),  # first,
        ("umbrell", "umbrella"),  # last.
        ("umbrrella", "umbrella"),  # One too many: within,
        ("xumbrella", "umbrella"),  # first,
        ("umbrellax", "umbrella"),  # last.
        ("umbrexla", "umbrella"),  # A wrong one: within,
        ("ombrella", "umbrella"),  # first,
        ("umbrello", "umbrella"),  # last.
        ("ubmrella", "umbrella"),  # Two changed places: within,
        ("mubrella", "umbrella"),  # first,
        ("umbrelal", "umbrella"),  # last.
        ("umbrlela", "umbrella"),
        ("umrbeall", NONE),  # Two edits.
        ("umbrela2", NONE),
        ("mgu", "mug"),  # Three letters: only if two changed places,
        ("umg", "mug"),
        ("mag", NONE),  # not with a wrong one,
        ("mu", NONE),  # or shorter ones.
        ("muug", "mug"),
        ("12354", NONE),  # No numbers and codes,
        ("ps44", NONE),
        ("m1ug", NONE),
        ("зонит", "зонт"),  # any alphabet, a letter being a letter,
        ("занты", NONE),
        ("ονπρελα", "ομπρελα"),
        ("कतब", NONE),
        ("किताव", "किताब"),
        ("우산들이", "우산들"),
        ("雨伞雨", NONE),  # but no scripts without spaces.
        ("伞雨雨伞", NONE),
        ("ร่มสี", NONE),
    ],
)
def test_one_edit(typed, meant):
    vocabulary = ["umbrella", "mug", "12345", "ps4", "зонт", "ομπρελα", "किताब", "우산들", "雨伞", "ร่มสีฟ", "雨伞雨伞"]
    assert spelt(vocabulary, [typed]) == [meant]


def test_the_most_frequent_word_wins_whatever_the_edit():
    assert spelt(["card", "care", "cart", "bard"], ["carn"]) == ["card"]
    assert spelt(["boat", "coast"], ["coat"]) == ["boat"]
    assert spelt(["coast", "boat"], ["coat"]) == ["coast"]


def test_many_words_at_once_and_none():
    assert spelt(["lantern", "mug"], ["lanten", "xyzz", "mgu", "7"]) == ["lantern", NONE, "mug", NONE]
    assert spelt(["mug"], []) == []


def test_words_that_may_be_misspelt():
    assert [
        each
        for each in ("mug", "mu", "mugs7", "ps4", "зонт", "雨伞雨", "mug" * 10, "mugs" * 8, "c++")
        if is_plain(each)
    ] == [
        "mug",
        "зонт",
        "mug" * 10,
    ]
    assert [*patterns("mugs")] == ["?ugs", "m?gs", "mu?s", "mug?"]
    assert [*patterns("mug")] == [*patterns("ps44")] == []
