import re

import pytest

from components.raw_files.formats.delimited import read_csv, read_tsv
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from tests.support.raw_files import split, write


def csv_rows(tmp_path, text):
    return split(read_csv(write(tmp_path / "f.csv", text), ("id", "name"), "data.columns"))


def tsv_rows(tmp_path, text):
    """Reads the text with its commas as tabs."""
    return split(read_tsv(write(tmp_path / "f.tsv", text.replace(",", "\t")), ("id", "name"), "data.columns"))


def test_csv_has_quotes_and_tsv_has_none(tmp_path):
    rows, rejects = csv_rows(tmp_path, 'id,name,more\r\n1,"a, ""b""\nc",x\r\n\r\n2,d,\r\n')
    assert rows == [Row(2, {"id": "1", "name": 'a, "b"\nc', "more": "x"}), Row(5, {"id": "2", "name": "d", "more": ""})]
    assert not rejects
    rows, rejects = tsv_rows(tmp_path, 'id,name\n1,"a; \rb\n\n2,\n')
    assert rows == [Row(2, {"id": "1", "name": '"a; \rb'}), Row(4, {"id": "2", "name": ""})]
    assert not rejects


@pytest.mark.parametrize("read", [csv_rows, tsv_rows])
def test_rows_of_another_width_are_refused(tmp_path, read):
    rows, rejects = read(tmp_path, "id,name\n1\n2,b\n3,c,d\n")
    assert [row.line for row in rows] == [3]
    assert rejects == [(line, "wrong number of columns", f"{line - 1} instead of 2") for line in (2, 4)]


def test_every_line_that_an_open_quote_swallows_is_refused(tmp_path):
    rows, rejects = csv_rows(tmp_path, 'id,name\n1,a\n2,"b\n3,c\n4,d"x\n5,e\n6,"f\n7,g\n')
    assert [row.line for row in rows] == [2, 6]
    assert rejects == [
        (3, "broken record", "',' expected after '\"'"),
        *((line, "broken record", "in the record of line 3") for line in (4, 5)),
        (7, "broken record", "unexpected end of data"),
        (8, "broken record", "in the record of line 7"),
    ]


# Python 3.10 refuses the NUL byte here; later ones leave it to `components.sources.event_rows`.
@pytest.mark.parametrize(("name", "reason"), [("x" * 200_000, "huge field"), ("a\x00", "NUL byte")])
def test_a_field_that_csv_cannot_hold_spoils_its_row_only(tmp_path, name, reason):
    rows, rejects = csv_rows(tmp_path, f"id,name\n1,{name}\n2,b\n")
    assert [row.line for row in rows if row.values["name"] != name] == [3]
    assert [reject[:2] for reject in rejects] == [(2, reason)] or ("\x00" in name and not rejects)


NO_NAME = "has no column 'name'. Found: 'id', 'title'; wanted: 'id', 'name'. Other names are mapped in data.columns."


NOT_DIVIDED = (
    "has no column 'id', 'name'. Found: 'id\\tname'; wanted: 'id', 'name'. Is the delimiter the one that the ending "
    "promises? Other names are mapped in data.columns."
)
TWICE = "its header names 'id' more than once. Rename or remove one of them."


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        *((read, "id,id\n1,2\n", TWICE) for read in (csv_rows, tsv_rows)),
        *((read, "id,title\n1,a\n", NO_NAME) for read in (csv_rows, tsv_rows)),
        (csv_rows, '"id,name\n1,2\n', "its header cannot be read as CSV: unexpected end of data. Is a quotation mark"),
        (csv_rows, "id\tname\n1\ta\n", NOT_DIVIDED),
    ],
)
def test_headers_that_cannot_be_used(tmp_path, read, text, message):
    with pytest.raises(DataError, match=rf"f\.[ct]sv: {re.escape(message)}"):
        read(tmp_path, text)
