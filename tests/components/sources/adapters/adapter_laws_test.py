"""Laws that every file of every source obeys: rows in order, refused ones told by file, row and field, files packed.

What a good row means stands in each adapter's own test.
"""

import pytest

from components.raw_files.refusal import DataError, Reject
from components.sources.adapter import ADAPTERS
from tests.support import source_files as files
from tests.support.fixed_benchmark import write_benchmark
from tests.support.raw_files import write

SECONDS = "seconds since 1970, ISO 8601 or RFC 2822"
REFUSED = [
    (files.FEED, "user_id", "", "missing user: {empty}"),
    (files.FEED, "item_id", "", "missing item: {empty} on a recommendation event"),
    (files.FEED, "click", "yes", "unknown label: {holds}; give a number"),
    (files.SEARCHES, "item_id", "", "missing item: {empty}"),
    (files.SEARCHES, "search_session_timestamp", "noon", f"unparsable time: {{holds}}; give milli{SECONDS}"),
    (files.SEARCHES, "keyword", "red mug", "no list: {holds}; give word numbers such as [20, 34, 3]"),
    (files.SEARCHES, "", "7,3,5", "wrong number of columns: 3 instead of 9"),
    (files.VIDEOS, "item_id", "", "missing item: {empty}"),
    *(
        (files.JD_USERS, column, value, f"lists of unequal length: {{column}} holds {reason}")
        for column, value, reason in [
            ("history_qry_list", "-1_-1", "2 elements, wanted 4, because 'history_wid_list' holds 4"),
            ("history_time_list", "0_1_2_3", "4 elements, wanted 5, because 'history_wid_list' holds 4"),
            ("candidate_label_list", "1.0", "1 elements, wanted 3, because 'candidate_wid_list' holds 3"),
        ]
    ),
    (
        files.JD_USERS,
        "history_type_list",
        "ORD_CLICK_CART_SEEN",
        "unknown action: {column} holds 'SEEN'; give ORD, CLICK, CART, FLW",
    ),
    (files.JD_USERS, "history_time_list", "0_1_x_3_4", "no number: {column} holds 'x'; give a number from 0"),
    (files.JD_USERS, "history_time_list", "0_1_-2_3_4", "no number: {column} holds '-2'; give a number from 0"),
    (files.JD_USERS, "history_wid_list", "21__23_24", "missing item: {column} holds an empty element"),
    (files.JD_USERS, "", "1\t2", "wrong number of columns: 2 instead of 7"),
    (files.JD_PRODUCTS, "wid", "", "missing item: {empty}"),
    (files.REVIEWS, "reviewerID", None, "missing user: {empty}"),
    (files.REVIEWS, "asin", None, "missing item: {empty} on a recommendation event"),
    (files.REVIEWS, "unixReviewTime", "", f"unparsable time: {{holds}}; give {SECONDS}"),
    (files.REVIEWS, "", "[1, 2]", "unparsable object: the line holds no object but a value of type list"),
    # Neither JSON nor a Python literal: a call, an open brace, brackets deeper than can be read.
    (files.REVIEWS, "", "{'a': open('x')}", "unparsable object: {starts}; give JSON"),
    (files.REVIEWS, "", '{"asin": "A1"', "unparsable object: {starts}; give JSON"),
    (files.REVIEWS, "", "{'a': " + "[" * 100_000, "unparsable object: {starts}; give JSON"),
    (files.METADATA, "asin", "", "missing item: {empty}"),
    (files.METADATA, "categories", ["a"], "no category paths: {column} holds no list of lists of names"),
    (files.BENCHMARK, "user_id", "", "missing user: {empty}"),
    (files.BENCHMARK, "timestamp", "noon", f"unparsable time: {{holds}}; give {SECONDS}"),
    (files.BENCHMARK, "kind", "feed", "unknown surface: {holds}; give recommendation or search"),
    (files.BENCHMARK, "item_id", "", "missing item: {empty}"),
    (files.BENCHMARK, "item_id", "z", "unknown item: {holds}, which items.tsv does not have"),
    (files.BENCHMARK, "position", "first", "no number: {holds}; give a whole number from 0"),
    (files.BENCHMARK, "split", "dev", "unknown split: {holds}; give one of train, validation, test"),
    (files.EVENTS, "user_id", "", "missing user: {empty}"),
    (files.EVENTS, "", "u,8", "wrong number of columns: 2 instead of 4"),
    (files.LINES, "user_id", "", "missing user: {empty}"),
    (files.LINES, "", "3", "unparsable JSON: the line holds no object but a value of type int"),
    (files.ITEMS, "item_id", "", "missing item: {empty}"),
    (files.USERS, "user_id", "", "missing user: {empty}"),
]
"""A file, a column, what it holds (without a column, the whole row), and what is told of it."""


@pytest.fixture
def folder(tmp_path):
    write_benchmark(tmp_path / "log")  # Its items are what BENCHMARK's events are of.
    return tmp_path / "log"


@pytest.fixture(params=files.SOURCE_FILES, ids=lambda file: f"{file.source}-{file.name}")
def file(request):
    return request.param


def test_every_source_is_here():
    assert {file.source for file in files.SOURCE_FILES if file.kind == "events"} == set(ADAPTERS)


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


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot be opened: "),
        ("", "is empty, without even a header line."),
        (b"\x80\xfei\x00d\x00", "is not text in UTF-8: a binary file"),
    ],
)
def test_a_file_that_holds_no_rows(folder, file, content, message):
    path = folder / file.name
    path.unlink(missing_ok=True)
    if content is not None:
        write(path, content)
    with pytest.raises(DataError, match=f"^{path}: {message}"):
        file.read(str(path))


@pytest.mark.parametrize(
    ("file", "column"),
    [(files.FEED, "click"), (files.SEARCHES, "keyword"), (files.VIDEOS, "caption"), (files.BENCHMARK, "split")]
    + [(files.EVENTS, "surface"), (files.ITEMS, "item_id"), (files.USERS, "level")],
    ids=str,
)
def test_a_column_that_is_not_there(folder, file, column):
    path = write(folder / file.name, file.text(file.row).replace(column, "other"))
    with pytest.raises(DataError, match=f"^{path}: has no column {column!r}. Found: "):
        file.read(path)
