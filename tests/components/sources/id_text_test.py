"""What is an id and what is not. `tests/tfx_pipeline/export/odd_ids_test.py` has that the former reach an answer."""

import pytest

from components.raw_files.row import RowError
from components.sources.event_rows import (
    EventColumns,
    ItemColumns,
    UserColumns,
    event_from_row,
    item_from_row,
    user_from_row,
)
from components.sources.id_text import check_id
from tests.support.odd_ids import ODD_IDS


@pytest.mark.parametrize("text", ["", *ODD_IDS.values()], ids=["empty", *ODD_IDS])
def test_everything_of_one_line_is_an_id(text):
    check_id(text, "user_id")


@pytest.mark.parametrize("text", ["a\nb", "a\rb", "a\r\nb"])
def test_a_line_break_is_refused_wherever_an_id_is_read(text):
    told = rf"^line break in an id: column 'who' holds {text!r}; an id is one line$".replace("\\", r"\\")
    row = {"who": text, "timestamp_ms": "5", "surface": "recommendation", "item_id": "a", "user_id": "u"}
    for read in (
        lambda: check_id(text, "who"),
        lambda: event_from_row(row, EventColumns(user_id="who"), 10),
        lambda: event_from_row(row, EventColumns(item_id="who"), 10),
        lambda: item_from_row(row, ItemColumns(item_id="who")),
        lambda: user_from_row(row, UserColumns(user_id="who")),
    ):
        with pytest.raises(RowError, match=told):
            read()


def test_a_long_one_is_told_in_short():
    with pytest.raises(RowError, match=f"holds '{'x' * 40}…'; an id"):
        check_id("x" * 50 + "\n", "who")
