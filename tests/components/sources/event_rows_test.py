import dataclasses
import re

import pytest

from components.raw_files.row import RowError
from components.sources.event_rows import (
    EventColumns,
    ItemColumns,
    UserColumns,
    event_from_row,
    item_from_row,
    user_from_row,
)
from schemas.canonical_event import Event, Item, Surface, User

NOW_MS = 1_700_000_000_000
GOOD = {
    "user_id": "u1",
    "timestamp_ms": "1300000000000",
    "surface": "search",
    "query": "red mug",
    "session_id": "s1",
    "item_id": "a",
    "label": "1",
}


def read(columns=None, **changes):
    return event_from_row({**GOOD, **changes}, columns or EventColumns(), NOW_MS)


def test_a_good_row():
    assert read() == Event("u1", 1_300_000_000_000, Surface.SEARCH, "red mug", "s1", "a", 1)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("1300000000000", 1_300_000_000_000),
        (1_300_000_000_000, 1_300_000_000_000),
        ("1.3e12", 1_300_000_000_000),
        ("0", 0),
        ("1970-01-01T00:01", 60_000),
        ("1970-01-01 00:00:01.500", 1_500),
        ("1970-01-01T00:00:01Z", 1_000),
        ("1970-01-01T01:00:00+01:00", 0),
    ],
)
def test_times(text, milliseconds):
    assert read(timestamp_ms=text).timestamp_ms == milliseconds


@pytest.mark.parametrize(("text", "milliseconds"), [("1300000000", 1_300_000_000_000), ("1.5", 1_500)])
def test_times_in_seconds(text, milliseconds):
    assert read(EventColumns(time_unit="s"), timestamp_ms=text).timestamp_ms == milliseconds


def test_errors_name_the_unit():
    columns = EventColumns(time_unit="s")
    with pytest.raises(RowError, match="give seconds since 1970 or ISO 8601"):
        read(columns, timestamp_ms="soon")
    with pytest.raises(RowError, match="after now; does it count seconds, as data.columns.time_unit says?"):
        read(columns, timestamp_ms="1300000000000")


def test_an_unknown_unit():
    with pytest.raises(ValueError, match="`time_unit` should be one of ms, s. Received: time_unit='us'"):
        EventColumns(time_unit="us")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"user_id": " "}, "missing user: column 'user_id' is empty"),
        ({"user_id": None}, "missing user: column 'user_id' is empty"),
        ({"timestamp_ms": "soon"}, "unparsable time: column 'timestamp_ms' holds 'soon'; give milliseconds since 1970"),
        ({"timestamp_ms": ""}, "unparsable time: column 'timestamp_ms' holds ''"),
        ({"timestamp_ms": "nan"}, "unparsable time: column 'timestamp_ms' holds 'nan'"),
        ({"timestamp_ms": "-5"}, "negative time: column 'timestamp_ms' holds '-5', before 1970"),
        ({"timestamp_ms": "1969-12-31"}, "negative time: column 'timestamp_ms' holds '1969-12-31', before 1970"),
        ({"timestamp_ms": "1700000000001"}, "future time: column 'timestamp_ms' holds '1700000000001', after now"),
        ({"surface": "Search"}, "unknown surface: column 'surface' holds 'Search'; give recommendation or search"),
        ({"surface": "recommendation", "item_id": ""}, "missing item: column 'item_id' is empty on a recommendation"),
        ({"label": "2"}, "unknown label: column 'label' holds '2'; give 0 or 1"),
        ({"query": "a\x00b"}, "NUL byte: column 'query' holds a NUL byte"),
        ({"query": "caf\ufffd"}, "wrong encoding: column 'query' is not UTF-8"),
        ({"query": "x" * 100_001}, "huge field: column 'query' holds 100001 characters, more than 100000"),
    ],
)
def test_bad_rows_say_why(changes, message):
    with pytest.raises(RowError, match=re.escape(message)) as error:
        read(**changes)
    assert str(error.value) == f"{error.value.reason}: {error.value.detail}"


def test_a_longest_field_is_let_pass():
    assert len(read(query="x" * 100_000).query) == 100_000


def test_optional_columns_may_be_missing():
    row = {name: GOOD[name] for name in EventColumns().required}
    assert event_from_row(row, EventColumns(), NOW_MS) == Event("u1", 1_300_000_000_000, Surface.SEARCH, item_id="a")


def test_without_a_surface_column_the_query_tells():
    columns = dataclasses.replace(EventColumns(), surface="")
    assert columns.required == ("user_id", "timestamp_ms", "item_id")
    assert read(columns).surface is Surface.SEARCH
    assert read(columns, query="").surface is Surface.RECOMMENDATION


def test_recommendations_have_neither_query_nor_session():
    event = read(surface="recommendation")
    assert (event.query, event.session_id) == ("", "")


def test_a_search_may_be_without_a_click():
    assert read(item_id="").item_id == ""


def test_columns_are_mapped():
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    assert event_from_row({"who": "u", "when": "7", "what": "a"}, columns, NOW_MS) == Event(
        "u", 7, Surface.RECOMMENDATION, item_id="a"
    )


def test_context_columns_must_be_there_and_may_be_empty():
    columns = EventColumns(context=("device", "city"))
    assert columns.required[-2:] == ("device", "city")
    assert read(columns, device=" phone ", city=None).context == {"device": "phone", "city": ""}


def test_a_context_column_cannot_have_every_name():
    with pytest.raises(
        ValueError, match="`context` cannot hold 'weekday', because that name stands for something else"
    ):
        EventColumns(context=("weekday",))


def test_a_good_item():
    row = {"item_id": "a", "title": " RED MUG ", "categories": "Home| Kitchen ||Mugs"}
    assert item_from_row(row, ItemColumns()) == Item("a", "RED MUG", ("Home", "Kitchen", "Mugs"))


def test_an_item_has_the_attributes_that_are_asked_for():
    columns = ItemColumns(attributes=("brand", "colour"))
    assert columns.required == ("item_id", "brand", "colour")
    row = {"item_id": "a", "brand": " COKA ", "colour": None, "size": "7"}
    assert item_from_row(row, columns) == Item("a", attributes={"brand": "COKA", "colour": ""})


def test_an_item_needs_only_an_id():
    assert item_from_row({"item_id": "a"}, ItemColumns()) == Item("a")
    with pytest.raises(RowError, match="missing item: column 'item_id' is empty"):
        item_from_row({"item_id": "", "title": "RED MUG"}, ItemColumns())


def test_users():
    columns = UserColumns(user_id="who", attributes=("level", "city"))
    assert columns.required == ("who", "level", "city")
    assert user_from_row({"who": " u ", "level": 3, "city": None}, columns) == User("u", {"level": "3", "city": ""})
    with pytest.raises(RowError, match="^missing user: column 'who' is empty$"):
        user_from_row({"who": "", "level": 3}, columns)
