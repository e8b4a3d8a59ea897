import json

import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.formats import json_array
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from components.raw_files.wanted_columns import WantedColumns
from tests.support.raw_files import split, write


def read(tmp_path, text, name="f.json"):
    wanted = WantedColumns(("id",), ("name",), setting="data.columns")
    return split(json_array.read_json(write(tmp_path / name, text), wanted, FileFormat()))


@pytest.mark.parametrize("block", [1, 7, 1 << 18])
def test_each_object_of_an_array_is_a_row_with_the_line_it_begins_on(tmp_path, monkeypatch, block):
    monkeypatch.setattr(json_array, "_BLOCK", block)
    text = ' \n[ {"id": 1, "more": {"x": [1]}},\n\n{"id":\n "a,]}\\"b"} , 5,{"name": "é\u2028", "id": 12345.5}\n]\n'
    rows, rejects = read(tmp_path, text)
    assert rows == [Row(2, {"id": 1}), Row(4, {"id": 'a,]}"b'}), Row(5, {"name": "é\u2028", "id": 12345.5})]
    assert rejects == [(5, "unparsable JSON", "the line holds no object but a value of type int")]


def test_objects_line_by_line_are_read_too(tmp_path):
    assert read(tmp_path, '\n{"id": 1}\n{"id": 2}\n', "f.json.gz")[0] == [Row(2, {"id": 1}), Row(3, {"id": 2})]
    assert read(tmp_path, "[]") == read(tmp_path, "[\n]") == ([], [])


@pytest.mark.parametrize("block", [1, 1 << 18])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[{"id": 1},\n {"id": 2', r":2: the array holds a broken element, and nothing behind it can be read: "),
        ('[{"id": 1},\n {"id": oops}, {"id": 3}]', r":2: the array holds a broken element, "),
        ('[{"id": 1}\n', r":2: the array is cut short, or holds no comma between two elements\."),
        ('[{"id": 1} {"id": 2}]', r":1: the array is cut short, or holds no comma"),
        ("[" * 100_000, r":1: the array holds a broken element, "),
        ("", ": is empty, without even a header line"),
        ('[{"name": 1}]', r": has no column 'id'\. Found: 'name'; wanted: 'id'\."),
    ],
)
def test_an_array_that_cannot_be_read(tmp_path, monkeypatch, block, text, message):
    monkeypatch.setattr(json_array, "_BLOCK", block if len(text) < 1000 else 1 << 18)
    with pytest.raises(DataError, match=rf"f\.json{message}"):
        read(tmp_path, text)


def test_a_large_array_is_read_in_parts(tmp_path):
    rows, _ = read(tmp_path, json.dumps([{"id": number, "name": "x" * 90} for number in range(9000)]))
    assert [row.values["id"] for row in rows] == list(range(9000))
