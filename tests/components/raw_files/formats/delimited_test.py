import random
import re

import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.formats.delimited import read_delimited, read_delimited_batches
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row, RowBatch
from components.raw_files.wanted_columns import WantedColumns
from tests.support.raw_files import split, write

WANTED = WantedColumns(("id", "name"), setting="data.columns")


def csv_rows(tmp_path, text, **form):
    return split(read_delimited(write(tmp_path / "f.csv", text), WANTED, FileFormat(format="csv", **form)))


def tsv_rows(tmp_path, text):
    """Reads the text with its commas as tabs."""
    return split(read_delimited(write(tmp_path / "f.tsv", text.replace(",", "\t")), WANTED, FileFormat(format="tsv")))


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
    "has no column 'id', 'name'. Found: {!r}; wanted: 'id', 'name'. Its first line is divided by {}: set "
    "data.delimiter: {}. Other names are mapped in data.columns."
)
TWICE = "its header names 'id' more than once. Rename or remove one of them."


@pytest.mark.parametrize(
    ("read", "text", "message"),
    [
        *((read, "id,id\n1,2\n", TWICE) for read in (csv_rows, tsv_rows)),
        *((read, "id,title\n1,a\n", NO_NAME) for read in (csv_rows, tsv_rows)),
        (csv_rows, '"id,name\n1,2\n', "its header cannot be read as CSV: unexpected end of data. Is a quotation mark"),
        *(
            (csv_rows, text, NOT_DIVIDED.format(text[:-1], *told))
            for text, *told in [
                ("id\tname\n", "tabs", "tab"),
                ("id;name\n", "semicolons", "semicolon"),
                ("id|name\n", "vertical bars", "pipe"),
            ]
        ),
    ],
)
def test_headers_that_cannot_be_used(tmp_path, read, text, message):
    with pytest.raises(DataError, match=rf"f\.[ct]sv: {re.escape(message)}"):
        read(tmp_path, text)


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"delimiter": ";"}, 'id;name\n1;"a;b"\n'),
        ({"delimiter": "semicolon", "quote": "'"}, "id;name\n1;'a;b'\n"),
        ({"delimiter": "pipe"}, "id|name\n1|a;b\n"),
        ({"delimiter": "\x01"}, "id\x01name\n1\x01a;b\n"),
        ({"delimiter": "::"}, "id::name\n1::a;b\n"),
        ({"quote": "none"}, "id,name\n1,a;b\n"),
    ],
)
def test_delimiters_and_quotes_are_those_of_the_settings(tmp_path, form, text):
    rows, rejects = csv_rows(tmp_path, text, **form)
    assert (rows, rejects) == ([Row(2, {"id": "1", "name": "a;b"})], [])


def test_a_quotation_mark_is_a_character_where_there_are_no_quotes(tmp_path):
    for form in ({"quote": "none"}, {"delimiter": "::"}):
        text = 'id,name\n1,"a\n2,b"\n'.replace(",", form.get("delimiter", ","))
        rows, rejects = csv_rows(tmp_path, text, **form)
        assert ([row.values["name"] for row in rows], rejects) == (['"a', 'b"'], [])


@pytest.mark.parametrize("quote", ["", "none"])
def test_without_a_header_the_first_line_is_a_row(tmp_path, quote):
    form = {"header": False, "quote": quote}
    rows, rejects = csv_rows(tmp_path, "1,a\n2\n\n3,c\n", column_names=("id", "name"), **form)
    assert rows == [Row(1, {"id": "1", "name": "a"}), Row(4, {"id": "3", "name": "c"})]
    assert rejects == [(2, "wrong number of columns", "1 instead of 2")]
    with pytest.raises(DataError, match=r"has no column 'id', 'name'\. Found: 'column_1', 'column_2', 'column_3';"):
        csv_rows(tmp_path, "1,a,x\n", **form)


def test_an_encoding_is_that_of_the_settings_and_a_wrong_one_is_told(tmp_path):
    for encoding in ("cp1252", "utf-16", "utf-16-le"):
        rows, _ = csv_rows(tmp_path, "id,name\n1,größe\n".encode(encoding), encoding=encoding)
        assert rows == [Row(2, {"id": "1", "name": "größe"})]
    told = "is not text in {}: a binary file, or text in another encoding such as {}. Save it as UTF-8, or name its "
    for encoding, others in (("", "UTF-16 or Latin-1"), ("shift_jis", "UTF-8")):
        message = told.format(encoding or "UTF-8", others) + "encoding in data.encoding."
        with pytest.raises(DataError, match=re.escape(message)):
            csv_rows(tmp_path, b"id,gr\xf6\xdf\xff\n", encoding=encoding)


def one_by_one(found):
    for each in found:
        yield from each.rows() if isinstance(each, RowBatch) else (each,)


FORMS = [
    {"format": "csv"},
    {"format": "tsv"},
    {"format": "csv", "delimiter": "|", "quote": "'"},
    {"format": "csv", "quote": "none"},
    {"format": "csv", "delimiter": "::"},
    {"format": "csv", "header": False, "column_names": ("id", "name")},
]
PIECES = ["1", "", "ü", " ", "\n", "\n", "\r\n", "\r", "\x00", "\ufffd", '"', '""', '"a\nb"', "'", "::", ":"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("seed", range(3))
def test_batches_hold_the_same_rows_and_rejects_at_the_same_lines(tmp_path, form, seed):
    form = FileFormat(**form)
    rng = random.Random(seed)
    seen = set()
    for number in range(40):
        text = "" if not form.header else f"id{form.sign}name\n"
        for _ in range(rng.randrange(1, 12)):
            text += rng.choice(["1", "two", "ü 3"]) + form.sign + rng.choice(["a", "", " b "])
            text += rng.choice(["\n", "\n", "\n", "\n", "\r\n", "\r", ""] if rng.random() < 0.3 else ["\n"])
            if rng.random() < 0.15:
                text += rng.choice([*PIECES, form.sign])
        path = write(tmp_path / f"{number}", text)
        for size in (1, 2, 3, 100):
            found = list(read_delimited_batches(path, WANTED, form, lines=size))
            assert list(one_by_one(found)) == list(read_delimited(path, WANTED, form)), repr(text)
            seen.update(map(type, found))
    assert RowBatch in seen and Row in seen


def test_sound_lines_come_as_columns(tmp_path):
    path = write(tmp_path / "f.csv", 'id,name\r\n1,a\r\n2,\n3,"c, d"\n4,e\n5\n6,"f\n"')
    found = list(read_delimited_batches(path, WANTED, FileFormat(format="csv"), lines=2))
    assert [(each.line, {name: list(values) for name, values in each.columns.items()}) for each in found[:2]] == [
        (2, {"id": ["1", "2"], "name": ["a", ""]}),
        (4, {"id": ["3", "4"], "name": ["c, d", "e"]}),
    ]
    assert [each.line for each in found[2:]] == [6, 7] and found[3] == Row(7, {"id": "6", "name": "f\n"})


def test_a_column_alone_skips_empty_lines_in_batches_too(tmp_path):
    only = WantedColumns(("id",))
    for name in ("csv", "tsv"):
        path = write(tmp_path / f"f.{name}", "id\n1\n\n2\n")
        batches = one_by_one(read_delimited_batches(path, only, FileFormat(format=name)))
        assert list(batches) == list(read_delimited(path, only, FileFormat(format=name)))


@pytest.mark.parametrize("name", ["x" * 140_000, "a\x00", "\x00"])
def test_what_csv_cannot_hold_is_refused_in_batches_too(tmp_path, name):
    path = write(tmp_path / "f.csv", f"id,name\n1,{name}\n2,b\n")
    found = list(one_by_one(read_delimited_batches(path, WANTED, FileFormat(format="csv"))))
    assert found == list(read_delimited(path, WANTED, FileFormat(format="csv")))
    assert found[1] == Row(3, {"id": "2", "name": "b"})


def test_a_record_of_several_lines_is_no_part_of_a_batch(tmp_path):
    path = write(tmp_path / "f.csv", 'id,name\n1,"a\nb"\n2,c\n')
    for lines in (1, 2, 3):
        found = list(one_by_one(read_delimited_batches(path, WANTED, FileFormat(format="csv"), lines=lines)))
        assert found == [Row(2, {"id": "1", "name": "a\nb"}), Row(4, {"id": "2", "name": "c"})]


@pytest.mark.parametrize("kind", ["csv", "tsv"])
def test_after_a_refused_line_batches_go_on(tmp_path, kind):
    form = FileFormat(format=kind)
    path = write(tmp_path / "f", "id,name\n1\n2,b\n3,c\n4,d\n".replace(",", form.sign))
    found = list(read_delimited_batches(path, WANTED, form, lines=2))
    assert [(type(each), each.line) for each in found] == [(Reject, 2), (Row, 3), (RowBatch, 4)]
