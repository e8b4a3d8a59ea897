import math

import pytest

from components.raw_files.row import plain_value
from schemas.event_rows import RowError


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("red mug", "red mug"),
        (17850, 17850),
        (17850.0, 17850),
        (1.5, 1.5),
        (math.nan, None),
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


@pytest.mark.parametrize("value", [{"a": 1}, [["a"]], [{"a": 1}]])
def test_nested_values_are_refused(value):
    with pytest.raises(RowError, match="nested value: column 'tags' holds a nested value; give text or a number"):
        plain_value("tags", value)


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(RowError, match="wrong encoding: column 'title' holds half a surrogate pair"):
        plain_value("title", "\ud83d")
