import pytest

from schemas.word_splitting import words
from serving.explore.title_parts import title_parts


@pytest.mark.parametrize(
    ("title", "query", "fold_accents", "shared"),
    [
        ("Red mug, red-hot", "RED", False, ["Red", "red"]),
        ("Crème brûlée", "creme", False, []),
        ("Crème brûlée", "creme", True, ["Crème"]),
        ("Cre\u0300me", "crème", False, ["Cre\u0300me"]),
        ("STRASSE 5", "straße", False, ["STRASSE"]),
        ("C++ and C", "c++", False, ["C++"]),
        ("cable 3.5mm, 5mm", "3.5mm", False, ["3.5mm"]),
        ("iPhone15ProMax", "pro", False, ["iPhone15ProMax"]),
        ("हिन्दी चाय", "चाय", False, ["चाय"]),
        ("红色杯子 mug", "杯子", False, ["红色杯子"]),
        ("<b>mug</b>", "b", False, ["b", "b"]),
        ("mug", "", False, []),
        ("", "mug", False, []),
    ],
)
def test_words_of_the_query_are_found_as_the_model_finds_them(title, query, fold_accents, shared):
    parts = title_parts(title, words(query, fold_accents), fold_accents)
    assert [text for text, is_shared in parts if is_shared] == shared
    assert "".join(text for text, _ in parts) == title
    assert all(text for text, _ in parts)
