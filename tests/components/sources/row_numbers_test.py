import re

import pytest

from components.raw_files.row import RowError
from components.sources.row_numbers import number_of, vector_of


@pytest.mark.parametrize(("text", "number"), [("12.5", 12.5), ("-3", -3.0), ("1e3", 1000.0), ("0", 0.0)])
def test_a_number_is_read(text, number):
    assert number_of(text, "price", "data.item_columns.numbers") == number


@pytest.mark.parametrize("text", ["12,50", "$12", "twelve", "inf", "nan", "1e39"])
def test_what_is_no_number_is_told_with_its_column_setting_and_mend(text):
    message = (
        f"no number: column 'price' holds '{text}'; data.item_columns.numbers needs numbers such as 12.5. Mend it, or "
        "name what stands for a missing number in data.null_markers"
    )
    with pytest.raises(RowError, match=f"^{re.escape(message)}$"):
        number_of(text, "price", "data.item_columns.numbers")


@pytest.mark.parametrize(
    "value",
    [[1, -0.5, 2e3], "1 -0.5 2e3", "[1, -0.5, 2000]", " 1;-0.5;2000 ", "1|-0.5|2000", "(1,\t-0.5,\n2000)"],
)
def test_a_vector_is_a_list_or_text_with_any_usual_sign_between(value):
    assert vector_of(value, "picture") == (1.0, -0.5, 2000.0)


def test_a_vector_may_have_one_number_or_none():
    assert (vector_of(3, "picture"), vector_of("[]", "picture"), vector_of([], "picture")) == ((3.0,), (), ())


@pytest.mark.parametrize(
    ("value", "place", "shown"),
    [
        ([1, None, 2], "2 of 3", "None"),
        ([[1, 2]], "1 of 1", "[1, 2]"),
        ([1.0, float("nan")], "2 of 2", "nan"),
        ("1 2 three", "3 of 3", "three"),
        ("1 inf", "2 of 2", "inf"),
    ],
)
def test_what_is_no_vector_is_told_with_the_place(value, place, shown):
    message = (
        f"no vector: number {place} in column 'picture' is '{shown}'; data.item_columns.vectors needs finite numbers. "
        "Mend it, or leave the whole value empty"
    )
    with pytest.raises(RowError, match=f"^{re.escape(message)}$"):
        vector_of(value, "picture")
