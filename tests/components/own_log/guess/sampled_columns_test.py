import pytest

from components.own_log.guess.sampled_columns import Column, sample
from components.raw_files.refusal import DataError
from tests.support.raw_files import write


def test_rows_become_columns_of_text_and_a_file_without_rows_is_refused(tmp_path):
    path = write(tmp_path / "log.jsonl", '{"user": 7.0, "query": " red mug "}\n{"user": 8, "item": null}\nbroken\n')
    found = sample(path)
    assert (found.rows, found.refused, found.whole) == (2, 1, True)
    assert {name: list(column.values) for name, column in found.columns.items()} == {
        "user": ["7", "8"],
        "query": ["red mug", ""],
        "item": ["", ""],
    }
    assert found.row(0) == {"user": "7", "query": "red mug", "item": ""}
    assert not sample(path, rows=1).whole
    with pytest.raises(DataError, match="none of its rows can be read. It has a header and nothing below it"):
        sample(write(tmp_path / "log.csv", "user,item\n"))


def test_what_values_are_like():
    assert Column("x", ["0", "1", ""]).is_flag and not Column("x", ["0", "2"]).is_flag
    assert Column("x", ["a", "", "b"]).is_filled and not Column("x", ["a", "", ""]).is_filled
    assert Column("x", ["red mug", "sku7"]).is_text and not Column("x", ["click", "buy"]).is_text
    assert Column("x", ["天气预报"]).is_text and Column("x", ["चुनाव परिणाम"]).is_text
    assert Column("x", ["click"]).has_words and not Column("x", ["0", "12"]).has_words
    assert Column("x", ["1700000000"]).time.name == "s"
    assert not Column("x", [str(number) for number in range(51)]).has_few_values
