"""Parts of files: one after the other, they give what the whole file gives, down to the line of each refused row."""

import json

import pyarrow.parquet
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.raw_files.file_format import FileFormat
from components.raw_files.file_parts import FilePart, divide
from components.raw_files.refusal import DataError
from components.raw_files.row_files import read_rows
from tests.support.raw_files import write

CSV, TSV, JSON_LINES = (FileFormat(format=name) for name in ("csv", "tsv", "json_lines"))
NO_HEADER = FileFormat(format="csv", header=False)


def in_parts(path, form, part_bytes):
    return [row for part in divide(path, form, part_bytes) for row in read_rows(path, (), "", form, part=part)]


def at_once(path, form):
    return list(read_rows(path, (), "", form))


def told(read, *arguments):
    """What it returns, or why it refuses the file."""
    try:
        return read(*arguments)
    except DataError as error:
        return str(error)


def test_parts_end_where_rows_end_and_know_their_lines(tmp_path):
    content = b'id,title\n1,mug\n2,"a\nb"\n3,tea\n'
    path = write(tmp_path / "log.csv", content)
    assert divide(path, CSV, 6) == [FilePart(9, 15, 1), FilePart(15, 23, 2), FilePart(23, 29, 4)]
    assert [row.line for row in in_parts(path, CSV, 6)] == [2, 3, 5]
    # A line of a TSV file ends at its line break, whatever marks stand in it.
    path = write(tmp_path / "log.tsv", content.replace(b",", b"\t"))
    assert divide(path, TSV, 4) == [FilePart(9, 15, 1), FilePart(15, 20, 2), FilePart(20, 29, 3)]


FIELDS = st.text(st.sampled_from('ab,;\t"\n\r é漢\U0001f600\x00|{}\\'), max_size=8)
BROKEN = st.sampled_from(["", "\n", "x", '"open', 'a"b,c', "a,b,c,d", "\r", "\ufeff,b"])


def text_of(records, broken, line_end):
    """CSV of two columns, with lines between that are no sound record."""
    lines = ["id,title"]
    for place, values in enumerate(records):
        lines.append(",".join('"' + value.replace('"', '""') + '"' for value in values))
        if place < len(broken):
            lines.append(broken[place])
    return line_end.join(lines)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(FIELDS, FIELDS), max_size=8),
    st.lists(BROKEN, max_size=4),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from([CSV, TSV, NO_HEADER, FileFormat(format="csv", quote="none"), FileFormat(format="csv", quote="'")]),
    st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    st.booleans(),
    st.integers(1, 40),
)
@example([("a", "b")], [], "\n", CSV, "utf-8", True, 1)
def test_any_text_is_read_as_the_whole_file_is(
    tmp_path_factory, records, broken, line_end, form, encoding, ends, part_bytes
):
    if encoding == "gb18030":
        form = FileFormat(**{**form.__dict__, "encoding": encoding})
    content = (text_of(records, broken, line_end) + line_end * ends).encode(encoding)
    path = write(tmp_path_factory.mktemp("parts") / "log", content)
    parts = divide(path, form, part_bytes)
    if parts:
        assert told(in_parts, path, form, part_bytes) == told(at_once, path, form)
        assert [part.end for part in parts][-1] == len(content)
        assert [part.start for part in parts][1:] == [part.end for part in parts][:-1]


def test_json_lines(tmp_path):
    objects = [{"id": place, "title": "é" * place} for place in range(9)]
    lines = [json.dumps(each, ensure_ascii=False) for each in objects]
    lines[3:3] = ["", "{broken", "[1]"]
    path = write(tmp_path / "log.jsonl", "\r\n".join(lines).encode())
    for part_bytes in (1, 20, 50):
        assert in_parts(path, JSON_LINES, part_bytes) == at_once(path, JSON_LINES)
    assert len(divide(path, JSON_LINES, 1)) == 12


def test_no_object_of_a_part_needs_the_column_that_one_of_the_file_has(tmp_path):
    path = write(tmp_path / "log.jsonl", b'{"user": "a"}\n{"user": "b"}\n{"user": "c", "item": "d"}\n')
    parts = divide(path, JSON_LINES, 1)
    assert [len(list(read_rows(path, ("user", "item"), "", JSON_LINES, part=part))) for part in parts] == [1, 1, 1]


def test_row_groups_of_parquet(tmp_path):
    path = str(tmp_path / "log.parquet")
    table = pyarrow.table({"id": [str(place) for place in range(10)]})
    pyarrow.parquet.write_table(table, path, row_group_size=3)
    form = FileFormat(format="parquet")
    assert divide(path, form, 1) == [FilePart(0, 1, 0), FilePart(1, 2, 3), FilePart(2, 3, 6), FilePart(3, 4, 9)]
    assert in_parts(path, form, 1) == at_once(path, form)
    one_group = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).total_byte_size
    assert [(part.start, part.end) for part in divide(path, form, one_group + 1)] == [(0, 2), (2, 4)]
    assert divide(path, form) == []


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"\x1f\x8b\x08" + b"x\n" * 9, CSV),
        ("id,title\n1,mug\n".encode("utf-16"), CSV),
        ("id,title\n1,mug\n".encode("utf-16-le"), FileFormat(format="csv", encoding="utf-16-le")),
        ("id,title\n1,mug\n".encode("utf-7"), FileFormat(format="csv", encoding="utf-7")),
        ("id|title\n1|表\n".encode("shift_jis"), FileFormat(format="csv", delimiter="|", encoding="shift_jis")),
        ("id§title\n1§mug\n".encode(), FileFormat(format="csv", delimiter="§")),
        (b'[{"id": 1},\n{"id": 2}]', FileFormat(format="json")),
        (b"Obj\x01\n\n\n\n", FileFormat(format="avro")),
        (b'id,title\n1,"open\n2,mug\n', CSV),
        (b"not parquet\n", FileFormat(format="parquet")),
        (b"id,title\n", CSV),
        (b"", CSV),
    ],
    ids=[
        "gzip",
        "utf-16",
        "utf-16-le",
        "utf-7",
        "two bytes",
        "§",
        "json",
        "avro",
        "quote",
        "parquet",
        "header",
        "empty",
    ],
)
def test_what_cannot_be_cut_safely_is_read_as_a_whole(tmp_path, content, form):
    assert divide(write(tmp_path / "log", content), form, 4) == []


def test_a_small_file_is_one(tmp_path):
    path = write(tmp_path / "log.tsv", b"id\n1\n2\n")
    assert divide(path, TSV, 7) == [] and len(divide(path, TSV, 6)) == 1
