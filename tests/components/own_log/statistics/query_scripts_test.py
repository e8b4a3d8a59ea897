import pytest

from components.own_log.statistics.query_scripts import query_scripts


@pytest.mark.parametrize(
    ("query", "script"),
    [
        ("red mug", "Latin"),
        ("кружка", "Cyrillic"),
        ("红色杯子", "Han"),
        ("ﾏｸﾞ", "Katakana"),  # Of half width.
        ("ＭＵＧ", "Latin"),  # Of full width.
        ("كوب", "Arabic"),
        ("머그", "Hangul"),
        ("12 / 7", "no letters"),
        ("", "no letters"),
        ("usb кабель", "Cyrillic"),  # Six letters against three.
    ],
)
def test_a_query_has_the_script_of_most_of_its_letters(query, script):
    assert query_scripts([(query, 3)]) == {script: 3}


def test_searches_are_added_up_and_the_most_frequent_comes_first():
    queries = [("кружка", 2), ("mug", 3), ("taza", 4), ("7", 1)]
    counts = query_scripts(queries)
    assert list(counts.items()) == [("Latin", 7), ("Cyrillic", 2), ("no letters", 1)]
