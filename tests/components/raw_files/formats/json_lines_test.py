import re

import pytest

from components.raw_files.formats.json_lines import read_json_lines
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from tests.support.raw_files import split, write


def read(tmp_path, text):
    return split(read_json_lines(write(tmp_path / "f.jsonl", text), ("id",), "data.columns"))


def test_an_object_is_a_row_and_a_needed_name_may_be_left_out_of_some_but_not_of_all(tmp_path):
    rows, rejects = read(tmp_path, '{"id": 1.0, "tags": ["a", "b"]}\n\n{"id": null, "name": "é"}\n{"name": "a"}\n')
    assert rows == [Row(1, {"id": 1, "tags": "a|b"}), Row(3, {"id": None, "name": "é"}), Row(4, {"name": "a"})]
    assert not rejects
    with pytest.raises(DataError, match=re.escape("f.jsonl: has no column 'id'. Found: 'name'; wanted: 'id'.")):
        read(tmp_path, '{"name": "a"}\n')


@pytest.mark.parametrize(
    ("line", "reason", "detail"),
    [
        ('{"id": ', "unparsable JSON", "Expecting value: line 1 column 7 (char 6)"),
        ("[1]", "unparsable JSON", "the line holds no object but a value of type list"),
        ('{"id": "a\x00"}', "NUL byte", "the line holds a NUL byte"),
        ('{"id": {"a": 1}}', "nested value", "column 'id' holds a nested value; give text or a number"),
        ("[" * 100_000, "unparsable JSON", "maximum recursion depth exceeded"),
    ],
)
def test_broken_lines_are_refused(tmp_path, line, reason, detail):
    rows, rejects = read(tmp_path, f'{{"id": 1}}\n{line}\n{{"id": 2}}\n')
    assert [row.line for row in rows] == [1, 3]
    assert rejects[0][:2] == (2, reason)
    assert rejects[0][2].startswith(detail)
