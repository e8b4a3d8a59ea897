import pytest

from tfx_pipeline.transform.words.word_kin import LEAST_PAIRS, kin_numbers, learned_endings

THINGS = ["mug", "umbrella", "lantern", "basket", "candle"]
BERRIES = ["strawberr", "cranberr", "fair", "part", "lad"]
PLURALS = [thing + "s" for thing in THINGS]


def test_endings_that_most_words_have_beside_their_stem():
    assert learned_endings(THINGS + PLURALS) == [("", "s")]
    with_y = [stem + ending for stem in BERRIES for ending in ("y", "ies")]
    both = learned_endings([*THINGS, *PLURALS, "boats", "boat", *with_y])
    assert both == [("", "s"), ("y", "ies")]


def test_an_ending_needs_enough_pairs():
    assert LEAST_PAIRS == 5 and learned_endings(THINGS[:4] + PLURALS[:4]) == []


@pytest.mark.parametrize(("alone", "is_learned"), [(7, True), (8, False)])
def test_an_ending_that_most_words_have_without_a_stem_teaches_nothing(alone, is_learned):
    """Five pairs are two fifths of twelve words, and not of thirteen."""
    others = [f"{letter}olos" for letter in "bdfghjkl"[:alone]]
    assert learned_endings(THINGS + PLURALS + others) == ([("", "s")] if is_learned else [])


def test_what_one_ending_explains_another_does_not():
    """`candles` is `candle` with `s`; so it is not counted against `es`, which `boxes` has."""
    ending_in_e = ["candle", "bottle", "plate", "bale", "cape", "case", "lace", "face"]
    boxes = ["box", "dish", "patch", "wish", "fox"]
    words = [*ending_in_e, *(word + "s" for word in ending_in_e), *boxes, *(word + "es" for word in boxes)]
    assert learned_endings(words) == [("", "s"), ("", "es")]


def test_other_languages():
    turkish = [stem + ending for stem in ("çiçek", "ekmek", "bebek", "yelek", "gömlek") for ending in ("", "ler")]
    assert learned_endings(turkish) == [("", "ler")]
    russian = [stem + ending for stem in ("кружк", "чашк", "сумк", "лодк", "ветк") for ending in ("а", "ами")]
    # Their beginnings are the same letter, so that `ми` is what is added.
    assert learned_endings(russian) == [("", "ми")]
    assert learned_endings(["雨伞", "雨伞们", "12", "12s", "ps4", "ps4s"] * 9) == []


def test_stems_are_of_three_letters():
    assert learned_endings(stem + ending for stem in ("ba", "do", "fa", "go", "la") for ending in ("y", "ies")) == []
    longer = [stem + ending for stem in ("bay", "dow", "fan", "gob", "lap") for ending in ("y", "ies")]
    assert learned_endings(longer) == [("y", "ies")]


def test_one_word_stands_for_a_group():
    words = ["mugs", "red", "mug", *THINGS[1:], *PLURALS[1:], "scissors", "glass"]
    forms, stands_for = kin_numbers(words)
    named = {word: words[number] for word, number in zip(words, stands_for, strict=True)}
    assert named["mugs"] == named["mug"] == "mug" and named["baskets"] == "basket" and named["red"] == "red"
    # Where there is no shorter one, it stands for itself.
    assert (named["scissors"], named["glass"]) == ("scissors", "glass")
    assert {form: words[number] for form, number in forms.items() if form in ("reds", "scissor", "glas", "mugss")} == {
        "reds": "red",
        "scissor": "scissors",
        "glas": "glass",
        "mugss": "mug",
    }
    assert not forms.keys() & {*words}


def test_without_endings_nothing_is_joined():
    assert kin_numbers(["mug", "mugs"]) == ({}, [0, 1])
    assert kin_numbers([]) == ({}, [])
