import re

import pytest

from components.raw_files.formats.delimited import check_columns, read_csv, read_tsv
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from tests.support.raw_files import split, write

NEEDED = ("id", "name")


def csv_rows(tmp_path, text):
    return split(read_csv(write(tmp_path / "f.csv", text), NEEDED, "data.columns"))


def tsv_rows(tmp_path, text):
    return split(read_tsv(write(tmp_path / "f.tsv", text), NEEDED, "data.columns"))


def test_csv_has_quotes(tmp_path):
    rows, rejects = csv_rows(tmp_path, 'id,name,more\r\n1,"a, ""b""\nc",x\r\n\r\n2,d,\r\n')
    assert rows == [Row(2, {"id": "1", "name": 'a, "b"\nc', "more": "x"}), Row(5, {"id": "2", "name": "d", "more": ""})]
    assert not rejects


def test_tsv_has_none(tmp_path):
    rows, rejects = tsv_rows(tmp_path, 'id\tname\n1\t"a, \rb\n\n2\t\n')
    assert rows == [Row(2, {"id": "1", "name": '"a, \rb'}), Row(4, {"id": "2", "name": ""})]
    assert not rejects


@pytest.mark.parametrize(("read", "delimiter"), [(csv_rows, ","), (tsv_rows, "\t")])
def test_rows_of_another_width_are_refused(tmp_path, read, delimiter):
    text = "id,name\n1\n2,b\n3,c,d\n".replace(",", delimiter)
    rows, rejects = read(tmp_path, text)
    assert [row.line for row in rows] == [3]
    assert rejects == [
        (2, "wrong number of columns", "1 instead of 2"),
        (4, "wrong number of columns", "3 instead of 2"),
    ]


def test_every_line_that_an_open_quote_swallows_is_refused(tmp_path):
    rows, rejects = csv_rows(tmp_path, 'id,name\n1,a\n2,"b\n3,c\n4,d"x\n5,e\n6,"f\n7,g\n')
    assert [row.line for row in rows] == [2, 6]
    assert [(line, reason) for line, reason, _ in rejects] == [(line, "broken record") for line in (3, 4, 5, 7, 8)]
    assert rejects[0][2] == "',' expected after '\"'"
    assert rejects[1][2] == "in the record of line 3"
    assert rejects[3][2] == "unexpected end of data"


def test_a_field_too_large_for_csv_is_refused_and_the_next_line_read(tmp_path):
    rows, rejects = csv_rows(tmp_path, f"id,name\n1,{'x' * 200_000}\n2,b\n")
    assert [row.line for row in rows] == [3]
    assert [(line, reason) for line, reason, _ in rejects] == [(2, "huge field")]


def test_a_nul_byte_spoils_its_row_only(tmp_path):
    rows, rejects = csv_rows(tmp_path, "id,name\n1,a\x00\n2,b\n")
    # Python 3.10 refuses the row here; later ones leave it to `components.sources.event_rows`.
    assert [row.line for row in rows if "\x00" not in str(row.values["name"])] == [3]
    assert all(reject[:2] == (2, "NUL byte") for reject in rejects)


@pytest.mark.parametrize("read", [csv_rows, tsv_rows])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty, without even a header line. Remove it or write it again."),
        ("PAR1\x00\x01", "is not text in UTF-8: a binary file, or text in another encoding such as UTF-16 or Latin-1."),
        (b"\xff\xfei\x00d\x00", "is not text in UTF-8: a binary file"),
    ],
)
def test_files_that_are_no_tables(tmp_path, read, text, message):
    with pytest.raises(DataError, match=r"f\.\wsv: " + re.escape(message)):
        read(tmp_path, text)


@pytest.mark.parametrize(("read", "delimiter"), [(csv_rows, ","), (tsv_rows, "\t")])
def test_a_header_that_names_a_column_twice(tmp_path, read, delimiter):
    with pytest.raises(DataError, match="its header names 'id' more than once. Rename or remove one of them."):
        read(tmp_path, f"id{delimiter}id\n1{delimiter}2\n")


def test_a_header_with_an_open_quote(tmp_path):
    with pytest.raises(DataError, match="its header cannot be read as CSV: .* Is a quotation mark open?"):
        csv_rows(tmp_path, '"id,name\n1,2\n')


def test_missing_columns():
    with pytest.raises(DataError) as error:
        check_columns("f.csv", ["id", "title"], NEEDED, "data.item_columns")
    assert str(error.value) == (
        "f.csv: has no column 'name'. Found: 'id', 'title'; wanted: 'id', 'name'. "
        "Other names are mapped in data.item_columns."
    )


def test_a_wrong_delimiter(tmp_path):
    with pytest.raises(DataError) as error:
        csv_rows(tmp_path, "id\tname\n1\ta\n")
    assert str(error.value).endswith(
        "f.csv: has no column 'id', 'name'. Found: 'id\\tname'; wanted: 'id', 'name'. "
        "Is the delimiter the one that the ending promises? Other names are mapped in data.columns."
    )
