import pytest

from components.raw_files.row import RowError
from components.raw_files.wanted_columns import WantedColumns, paths_of, value_at

ROW = {"id": 1.0, "a.b": 2, "a": {"b": 3, "c": {"d": 4}}, "l": [{"x": 5}, {"x": 6, "y": 7}], "n": None}


def test_a_path_finds_a_value():
    found = {path: value_at(ROW, path) for path in ("id", "a.b", "a.c.d", "l.x", "l.y", "a.c.e", "id.x", "q", "a.c")}
    assert found == {
        **{"id": 1.0, "a.b": 2, "a.c.d": 4, "l.x": [5, 6], "l.y": [None, 7]},
        **{"a.c.e": None, "id.x": None, "q": None, "a.c": {"d": 4}},
    }
    assert list(paths_of(ROW)) == ["id", "a.b", "a", "a.b", "a.c", "a.c.d", "l", "l.x", "l.y", "n"]


def test_wanted_values_are_plain_and_lists_stay_lists_where_they_are_wanted():
    assert WantedColumns(("id", "l.x"), ("a.c.d", "", "q"), ("l",)).of(ROW) == {
        **{"id": 1, "l.x": "5|6", "a.c.d": 4, "l": ROW["l"]}
    }
    assert WantedColumns().of(ROW) == {"id": 1, "a.b": 2, "a.c.d": 4, "l.x": "5|6", "l.y": "None|7", "n": None}
    with pytest.raises(
        RowError, match="nested value: column 'a' holds a nested value; give text or a number, or the p"
    ):
        WantedColumns(("a",), ()).of(ROW)
