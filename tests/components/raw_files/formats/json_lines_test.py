import re

import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.formats.json_lines import read_json_lines
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from components.raw_files.wanted_columns import WantedColumns
from tests.support.raw_files import split, write


def read(tmp_path, text, optional=("name", "tags"), encoding=""):
    wanted = WantedColumns(("id",), optional, setting="data.columns")
    return split(read_json_lines(write(tmp_path / "f.jsonl", text), wanted, FileFormat(encoding=encoding)))


def test_an_object_is_a_row_and_a_needed_name_may_be_left_out_of_some_but_not_of_all(tmp_path):
    rows, rejects = read(tmp_path, '{"id": 1.0, "tags": ["a", "b"]}\n\n{"id": null, "name": "é"}\n{"name": "a"}\n')
    assert rows == [Row(1, {"id": 1, "tags": "a|b"}), Row(3, {"name": "é"}), Row(4, {"name": "a"})]
    assert not rejects
    with pytest.raises(DataError, match=re.escape("f.jsonl: has no column 'id'. Found: 'name'; wanted: 'id'.")):
        read(tmp_path, '{"name": "a"}\n')


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        ('{"id": ', "unparsable JSON", "Expecting value: line 1 column 7 (char 6)"),
        ("[1]", "unparsable JSON", "the line holds no object but a value of type list"),
        ('{"id": "a\x00"}', "NUL byte", "the line holds a NUL byte"),
        ('{"id": {"a": 1}}', "nested value", "column 'id' holds a nested value; give text or a number, or the path"),
        ("[" * 100_000, "unparsable JSON", "maximum recursion depth exceeded"),
    ],
)
def test_broken_lines_are_refused(tmp_path, line, reason, detail):
    rows, rejects = read(tmp_path, f'{{"id": 1}}\n{line}\n{{"id": 2}}\n')
    assert [row.line for row in rows] == [1, 3]
    assert rejects[0][:2] == (2, reason)
    assert rejects[0][2].startswith(detail)


NESTED = '{"id": 1, "by": {"id": 7, "at": {"city": "Köln"}}, "of": [{"n": "a"}, {"n": "b"}], "raw": [[{"x": 1}]]}\n'


def test_what_is_not_wanted_may_be_nested_and_what_is_wanted_is_found_by_its_path(tmp_path):
    paths = ("by.id", "by.at.city", "of.n", "by.gone", "gone.id")
    assert read(tmp_path, NESTED, paths) == ([Row(1, {"id": 1, "by.id": 7, "by.at.city": "Köln", "of.n": "a|b"})], [])
    whole = {"id": 1, "by.id": 7, "by.at.city": "Köln", "of.n": "a|b"}
    assert read(tmp_path, NESTED, None) == ([Row(1, whole)], []), "without names, all that is not nested is read"
    dotted = '{"id": 1, "by.id": "x", "by": {"id": "y"}}\n'
    assert read(tmp_path, dotted, ("by.id",)) == ([Row(1, {"id": 1, "by.id": "x"})], []), "the exact name comes first"


def test_other_encodings(tmp_path):
    assert read(tmp_path, '{"id": "é"}\n{"id": "ß"}\n'.encode("cp1252"), encoding="cp1252")[0][1].values == {"id": "ß"}
    assert read(tmp_path, '{"id": "é"}\n{"id": "ß"}\n'.encode("utf-16"))[0][1].values == {"id": "ß"}
