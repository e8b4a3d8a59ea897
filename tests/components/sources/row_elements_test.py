import pytest

from components.raw_files.row import RowError
from components.sources.row_elements import list_of, outside, row_elements

SEARCH = {"query": "mug", "results": [{"id": 1.0, "at": {"rank": 1}}, {"id": "b"}], "results_page": 3}


def test_each_element_has_what_stands_beside_the_list():
    beside = {"query": "mug", "results_page": 3}
    names = ("query", "results.id", "results.at.rank")
    assert row_elements(SEARCH, ["results"], names) == [
        {**beside, "results.id": 1, "results.at.rank": 1},
        {**beside, "results.id": "b", "results.at.rank": None},
    ]
    assert outside(SEARCH, ["results"]) == beside
    assert [list_of(name, ["results"]) for name in ("results", "results.id", "results_page")] == ["results"] * 2 + [""]


@pytest.mark.parametrize(
    "lists",
    [([7, "b"], [0, True]), ("7|b", "0|1"), ('[7, "b"]', "[0, 1]"), ("7|b", [0, 1.0])],
)
def test_lists_side_by_side_may_be_text(lists):
    row = dict(zip(("shown", "clicked"), lists, strict=True))
    found = row_elements(row, ["shown", "clicked"], ["shown", "clicked"])
    assert [tuple(map(str, each.values())) for each in found] == [("7", "0"), ("b", "1")]


@pytest.mark.parametrize("empty", [None, [], "", " ", "[]"])
def test_an_empty_list_has_no_elements(empty):
    assert row_elements({"shown": empty}, ["shown"], ["shown"]) == []


def test_what_is_no_list_is_a_list_of_one():
    assert row_elements({"shown": 7}, ["shown"], ["shown"]) == [{"shown": 7}]
    assert row_elements({"shown": {"id": 7}}, ["shown"], ["shown.id"]) == [{"shown.id": 7}]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"a": [1, 2], "b": [1]}, "lists of unequal length: column 'a' holds 2, column 'b' holds 1 elements"),
        ({"a": "[1,", "b": []}, r"no list: column 'a' holds '\[1,', which is no JSON: "),
        ({"a": [1], "b": [2]}, r"no object: element 1 of column 'b' is '2'; it has no 'b\.id'"),
        ({"a": [{"x": 1}], "b": [{}]}, r"nested value: column 'a\[1\]' holds a nested value"),
    ],
)
def test_lists_that_cannot_be_read(row, message):
    with pytest.raises(RowError, match=f"^{message}"):
        row_elements(row, ["a", "b"], ["a", "b.id"])
