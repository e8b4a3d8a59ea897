import math
from decimal import Decimal

import pytest

from components.raw_files.refusal import Reject
from components.raw_files.row import Row, RowBatch, RowError, plain_value, records


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("red mug", "red mug"),
        (17850, 17850),
        (17850.0, 17850),
        (1.5, 1.5),
        (math.nan, None),
        (Decimal("17850.00"), 17850),
        (Decimal("1E+3"), 1000),
        (Decimal("1.50"), Decimal("1.5")),
        (math.inf, math.inf),
        (None, None),
        (True, 1),
        (b"caf\xc3\xa9", "café"),
        (b"caf\xe9", "caf\ufffd"),
        (["Home", "Mugs"], "Home|Mugs"),
        ([], ""),
    ],
)
def test_values_of_typed_formats(value, plain):
    assert plain_value("column", value) == plain


def test_values_that_no_text_file_could_hold():
    for nested in ({"a": 1}, [["a"]], [{"a": 1}]):
        with pytest.raises(
            RowError, match="^nested value: column 'tags' holds a nested value; give text or a number, or the path"
        ):
            plain_value("tags", nested)
    with pytest.raises(RowError, match="^wrong encoding: column 'tags' holds half a surrogate pair$"):
        plain_value("tags", "\ud83d")


def number(values):
    if not values["n"].isdecimal():
        raise RowError("no number", f"found {values['n']!r}")
    return int(values["n"])


def test_rejects_stand_in_the_place_of_their_rows():
    rows = [Row(2, {"n": "5"}), Reject("f", 3, "broken record", ""), Row(4, {"n": "x"}), Row(5, {"n": "7"})]
    assert list(records("f", rows, number)) == [(2, 5), rows[1], Reject("f", 4, "no number", "found 'x'"), (5, 7)]


def test_a_batch_is_made_of_its_rows():
    batch = RowBatch(7, {"id": ["1", "2"], "name": ["a", ""]})
    assert len(batch) == 2
    assert list(batch.rows()) == [Row(7, {"id": "1", "name": "a"}), Row(8, {"id": "2", "name": ""})]
