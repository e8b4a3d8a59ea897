import pytest

from components.judged_queries.number_forms import number_forms, other_number


@pytest.mark.parametrize(
    ("word", "known", "other"),
    [
        ("mug", (), "mugs"),
        ("box", (), "boxes"),
        ("dish", (), "dishes"),
        ("berry", (), "berries"),
        ("toy", (), "toys"),
        ("mugs", ("mug",), "mug"),
        ("boxes", ("box",), "box"),
        ("berries", ("berry",), "berry"),
        ("candles", ("candle", "candl"), "candl"),
        ("christmas", ("mug",), ""),  # No plural, as far as anybody knows;
        ("glass", ("glas",), ""),  # nor this one.
        ("c3po", (), ""),
        ("кружка", (), ""),
        ("马克杯", (), ""),
        ("of", (), ""),
    ],
)
def test_the_other_number_of_a_word(word, known, other):
    assert other_number(word, known) == other
    if other:
        assert word in number_forms(other) and other in number_forms(word)


def test_a_word_is_a_form_of_itself_and_only_latin_ones_have_others():
    assert "mug" in number_forms("mug") and [*number_forms("кружка")] == ["кружка"]
    assert {"mugs", "muges"} < {*number_forms("mug")} and "muggs" not in number_forms("mug")
