"""Laws that every file of every source obeys: rows in order, refused ones told by file, row and field, files packed.

What a good row means stands in each adapter's own test.
"""

import pytest

from components.raw_files.refusal import DataError, Reject
from components.sources.adapter import ADAPTERS
from tests.support.fixed_benchmark import write_benchmark
from tests.support.raw_files import write
from tests.support.source_files import (
    BENCHMARK,
    EVENTS,
    FEED,
    ITEMS,
    JD_PRODUCTS,
    JD_USERS,
    LINES,
    METADATA,
    REVIEWS,
    SEARCHES,
    SOURCE_FILES,
    USERS,
    VIDEOS,
)

SECONDS = "seconds since 1970 or ISO 8601"
REFUSED = [
    (FEED, "user_id", "", "missing user: {empty}"),
    (FEED, "item_id", "", "missing item: {empty} on a recommendation event"),
    (FEED, "click", "yes", "unknown label: {holds}; give a number"),
    (SEARCHES, "item_id", "", "missing item: {empty}"),
    (SEARCHES, "search_session_timestamp", "noon", f"unparsable time: {{holds}}; give milli{SECONDS}"),
    (SEARCHES, "keyword", "red mug", "no list: {holds}; give word numbers such as [20, 34, 3]"),
    (SEARCHES, "", "7,3,5", "wrong number of columns: 3 instead of 9"),
    (VIDEOS, "item_id", "", "missing item: {empty}"),
    *(
        (JD_USERS, column, value, f"lists of unequal length: {{column}} holds {reason}")
        for column, value, reason in [
            ("history_qry_list", "-1_-1", "2 elements, wanted 4, because 'history_wid_list' holds 4"),
            ("history_time_list", "0_1_2_3", "4 elements, wanted 5, because 'history_wid_list' holds 4"),
            ("candidate_label_list", "1.0", "1 elements, wanted 3, because 'candidate_wid_list' holds 3"),
        ]
    ),
    (
        JD_USERS,
        "history_type_list",
        "ORD_CLICK_CART_SEEN",
        "unknown action: {column} holds 'SEEN'; give ORD, CLICK, CART, FLW",
    ),
    (JD_USERS, "history_time_list", "0_1_x_3_4", "no number: {column} holds 'x'; give a number from 0"),
    (JD_USERS, "history_time_list", "0_1_-2_3_4", "no number: {column} holds '-2'; give a number from 0"),
    (JD_USERS, "history_wid_list", "21__23_24", "missing item: {column} holds an empty element"),
    (JD_USERS, "", "1\t2", "wrong number of columns: 2 instead of 7"),
    (JD_PRODUCTS, "wid", "", "missing item: {empty}"),
    (REVIEWS, "reviewerID", None, "missing user: {empty}"),
    (REVIEWS, "asin", None, "missing item: {empty} on a recommendation event"),
    (REVIEWS, "unixReviewTime", "", f"unparsable time: {{holds}}; give {SECONDS}"),
    (REVIEWS, "", "[1, 2]", "unparsable object: the line holds no object but a value of type list"),
    # Neither JSON nor a Python literal: a call, an open brace, brackets deeper than can be read.
    (REVIEWS, "", "{'a': open('x')}", "unparsable object: {starts}; give JSON"),
    (REVIEWS, "", '{"asin": "A1"', "unparsable object: {starts}; give JSON"),
    (REVIEWS, "", "{'a': " + "[" * 100_000, "unparsable object: {starts}; give JSON"),
    (METADATA, "asin", "", "missing item: {empty}"),
    (METADATA, "categories", ["a"], "no category paths: {column} holds no list of lists of names"),
    (BENCHMARK, "user_id", "", "missing user: {empty}"),
    (BENCHMARK, "timestamp", "noon", f"unparsable time: {{holds}}; give {SECONDS}"),
    (BENCHMARK, "kind", "feed", "unknown surface: {holds}; give recommendation or search"),
    (BENCHMARK, "item_id", "", "missing item: {empty}"),
    (BENCHMARK, "item_id", "z", "unknown item: {holds}, which items.tsv does not have"),
    (BENCHMARK, "position", "first", "no number: {holds}; give a whole number from 0"),
    (BENCHMARK, "split", "dev", "unknown split: {holds}; give one of train, validation, test"),
    (EVENTS, "user_id", "", "missing user: {empty}"),
    (EVENTS, "", "u,8", "wrong number of columns: 2 instead of 4"),
    (LINES, "user_id", "", "missing user: {empty}"),
    (LINES, "", "3", "unparsable JSON: the line holds no object but a value of type int"),
    (ITEMS, "item_id", "", "missing item: {empty}"),
    (USERS, "user_id", "", "missing user: {empty}"),
]
"""A file, a column, what it holds (without a column, the whole row), and what is told of it."""


@pytest.fixture
def folder(tmp_path):
    write_benchmark(tmp_path / "log")  # Its items are what BENCHMARK's events are of.
    return tmp_path / "log"


@pytest.fixture(params=SOURCE_FILES, ids=lambda file: f"{file.source}-{file.name}")
def file(request):
    return request.param


def failure(file, path):
    with pytest.raises(DataError) as error:
        file.read(path)
    return str(error.value).removeprefix(f"{path}: ")


def test_every_source_is_here():
    assert {file.source for file in SOURCE_FILES if file.kind == "events"} == set(ADAPTERS)


@pytest.mark.parametrize(("file", "column", "value", "message"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_row_that_cannot_be_read_is_refused_in_its_place(folder, file, column, value, message):
    found = file.read_rows(folder, file.row, file.changed(column, value), file.row)
    named, starts = f"column {column!r}", f"{value}\n"[:40]
    told = message.format(
        column=named,
        empty=f"{named} is empty",
        holds=f"{named} holds {value!r}",
        starts=f"the line starts with {starts!r}",
    )
    first = 2 if file.columns else 1
    lines = [each.line if isinstance(each, Reject) else each[0] for each in found]
    assert lines == sorted(lines) and set(lines) == {first, first + 1, first + 2}
    refused = [str(each) for each in found if isinstance(each, Reject)]
    assert refused == [f"{folder}/{file.name}:{first + 1}: {told}"]


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".zst"])
def test_a_packed_file_is_read_as_a_plain_one(folder, file, ending):
    plain = file.read_rows(folder, file.row, file.row)
    packed = file._replace(name=file.name + ending).read_rows(folder, file.row, file.row)
    # JDsearch makes users' ids of the file's name.
    assert str(packed).replace(ending, "") == str(plain) and len(plain) >= 2


def test_a_file_that_is_not_there(folder, file):
    assert failure(file, f"{folder}/{file.name}").startswith("cannot be opened: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "is empty, without even a header line."), (b"\xff\xfei\x00d\x00", "is not text in UTF-8: a binary file")],
)
def test_a_file_that_holds_no_rows(folder, file, content, message):
    assert failure(file, write(folder / file.name, content)).startswith(message)


@pytest.mark.parametrize(
    ("file", "column"),
    [(FEED, "click"), (SEARCHES, "keyword"), (VIDEOS, "caption"), (BENCHMARK, "split"), (EVENTS, "surface")]
    + [(ITEMS, "item_id"), (USERS, "level")],
    ids=str,
)
def test_a_column_that_is_not_there(folder, file, column):
    path = write(folder / file.name, file.text(file.row).replace(column, "other"))
    assert failure(file, path).startswith(f"has no column {column!r}. Found: ")
