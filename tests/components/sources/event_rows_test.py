import datetime
import re

import pytest

from components.raw_files.row import NameList, RowError
from components.sources.event_rows import (
    NO_WEIGHT,
    NULL_MARKERS,
    EventColumns,
    ItemColumns,
    RowRules,
    UserColumns,
    event_from_row,
    item_from_row,
    plain_id,
    user_from_row,
)
from schemas.canonical_event import Event, Item, Surface, User

NOW_MS = 1_700_000_000_000
GOOD = {
    **{"user_id": "u1", "timestamp_ms": "1300000000000", "surface": "search", "query": "red mug"},
    **{"session_id": "s1", "item_id": "a", "label": "1"},
}
SECONDS = EventColumns(time_unit="s")
FEED = Surface.RECOMMENDATION


def read(columns=None, **changes):
    return event_from_row({**GOOD, **changes}, columns or EventColumns(), NOW_MS)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Event("u1", 1_300_000_000_000, Surface.SEARCH, "red mug", "s1", "a", 1)),
        # A search may be without a click.
        ({"item_id": ""}, Event("u1", 1_300_000_000_000, Surface.SEARCH, "red mug", "s1", "", 1)),
        # Recommendations have neither query nor session.
        ({"surface": "recommendation", "label": 0}, Event("u1", 1_300_000_000_000, FEED, item_id="a", label=0)),
        ({"query": "x" * 100_000}, Event("u1", 1_300_000_000_000, Surface.SEARCH, "x" * 100_000, "s1", "a")),
    ],
)
def test_good_rows(changes, expected):
    assert read(**changes) == expected


@pytest.mark.parametrize(
    ("columns", "text", "milliseconds"),
    [
        (EventColumns(), "1300000000000", 1_300_000_000_000),
        (EventColumns(), 1_300_000_000_000, 1_300_000_000_000),
        (EventColumns(), "1.3e12", 1_300_000_000_000),
        (EventColumns(), "0", 0),
        (EventColumns(time_unit="us"), "1300000000000999", 1_300_000_000_000),
        (EventColumns(time_unit="ns"), 1_300_000_000_000_999_999, 1_300_000_000_000),
        (EventColumns(), "Sun, 13 Mar 2011 07:06:40 GMT", 1_300_000_000_000),
        (EventColumns(), "2011-03-13 07:06:40 UTC", 1_300_000_000_000),
        (EventColumns(), "1970-01-01T00:01", 60_000),
        (EventColumns(), "1970-01-01 00:00:01.500", 1_500),
        (EventColumns(), "1970-01-01T00:00:01Z", 1_000),
        (EventColumns(), "1970-01-01T01:00:00+01:00", 0),
        (SECONDS, "1300000000", 1_300_000_000_000),
        (SECONDS, "1700000000.0", NOW_MS),
        (SECONDS, "1.5", 1_500),
    ],
)
def test_times(columns, text, milliseconds):
    assert read(columns, timestamp_ms=text).timestamp_ms == milliseconds


SOON, AFTER_NOW = {"timestamp_ms": "soon"}, "after now; does it count {}, as data.columns.time_unit says?"
MILLI = "milliseconds since 1970, ISO 8601 or RFC 2822"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (SOON, "unparsable time: {time} 'soon'; give " + MILLI + ""),
        ({"timestamp_ms": ""}, "unparsable time: {time} ''; give " + MILLI + ""),
        ({"timestamp_ms": "nan"}, "unparsable time: {time} 'nan'"),
        ({"timestamp_ms": "-5"}, "negative time: {time} '-5', before 1970"),
        ({"timestamp_ms": "1969-12-31"}, "negative time: {time} '1969-12-31', before 1970"),
        ({"timestamp_ms": "1700000000001"}, "future time: {time} '1700000000001', " + AFTER_NOW.format("milliseconds")),
        (
            {"columns": SECONDS},
            "future time: {time} '1300000000000', after now; in milliseconds (data.columns.time_unit: ms) it is "
            "2011-03-13",
        ),
        ({**SOON, "columns": SECONDS}, "unparsable time: {time} 'soon'; give seconds since 1970, ISO"),
        ({"user_id": " "}, "missing user: column 'user_id' is empty"),
        ({"user_id": None}, "missing user: column 'user_id' is empty"),
        ({"surface": "Search"}, "unknown surface: column 'surface' holds 'Search'; give recommendation or search"),
        ({"surface": "recommendation", "item_id": ""}, "missing item: column 'item_id' is empty on a recommendation"),
        ({"label": "2"}, "unknown label: column 'label' holds '2'; give 0 or 1"),
        ({"query": "a\x00b"}, "NUL byte: column 'query' holds a NUL byte"),
        ({"query": "caf\ufffd"}, "wrong encoding: column 'query' is not UTF-8, or not what data.encoding says"),
        ({"query": "x" * 100_001}, "huge field: column 'query' holds 100001 characters, more than 100000"),
    ],
)
def test_bad_rows_say_why(changes, message):
    told = message.replace("{time}", "column 'timestamp_ms' holds")
    with pytest.raises(RowError, match=f"^{re.escape(told)}") as error:
        read(**changes)
    assert str(error.value) == f"{error.value.reason}: {error.value.detail}"


RULES = RowRules(earliest_ms=631_152_000_000, zone=datetime.timezone(datetime.timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "1300000000",
            "'1300000000', which is 1970-01-16 if it counts milliseconds, before data.earliest = 1990-01-01; in "
            "seconds (data.columns.time_unit: s) it is 2011-03-13",
        ),
        (
            "1989-12-31T23:59:59Z",
            "'1989-12-31T23:59:59Z', which is 1989-12-31, before data.earliest = 1990-01-01; empty "
            "data.earliest if the log is so old, or counts from another moment than 1970",
        ),
        (
            "20110313",
            "'20110313', which is 1970-01-01 if it counts milliseconds, before data.earliest = 1990-01-01; a date "
            "needs dashes: 2011-03-13",
        ),
    ],
)
def test_a_time_of_a_wrong_unit_is_refused_with_the_unit_that_fits(text, told):
    with pytest.raises(RowError, match=f"^early time: column 'timestamp_ms' holds {re.escape(told)}$"):
        event_from_row({**GOOD, "timestamp_ms": text}, EventColumns(), NOW_MS, RULES)
    # Where a layout fixes what its times mean, no time is too early.
    early = GOOD | {"timestamp_ms": "1970-01-01T00:00:00Z"}
    assert event_from_row(early, EventColumns(), NOW_MS).timestamp_ms == 0
    assert event_from_row({**GOOD, "timestamp_ms": "1990-01-01T02:00"}, EventColumns(), NOW_MS, RULES).timestamp_ms == (
        631_152_000_000
    ), "by the zone of the rules, which is two hours ahead"


NULLS = RowRules(null_markers=frozenset(NULL_MARKERS), ids_may_be_floats=True)


@pytest.mark.parametrize("marker", ["nan", "NaN", "None", "NULL", "null", "\\N", "-", "N/A", "<NA>", " nan "])
def test_what_stands_for_a_missing_value_is_no_value(marker):
    told = f"holds {marker.strip()!r}, which data.null_markers names"
    columns = EventColumns(context=("device",))

    def event(**changes):
        return event_from_row({**GOOD, "device": "tv", **changes}, columns, NOW_MS, NULLS)

    with pytest.raises(RowError, match=f"^missing user: column 'user_id' {re.escape(told)}$"):
        event(user_id=marker)
    with pytest.raises(RowError, match=f"^missing item: column 'item_id' {re.escape(told)} on a recommendation event$"):
        event(item_id=marker, surface="recommendation")
    found = event(query=marker, session_id=marker, item_id=marker, device=marker)
    assert (found.query, found.session_id, found.item_id, found.context) == ("", "", "", {"device": ""})
    row = {"item_id": "a", "title": marker, "categories": f"Home|{marker}", "brand": marker}
    assert item_from_row(row, ItemColumns(attributes=("brand",)), NULLS) == Item("a", "", ("Home",), {"brand": ""})
    assert (
        user_from_row({"user_id": "u", "city": marker}, UserColumns(attributes=("city",)), NULLS).attributes["city"]
        == ""
    )
    with pytest.raises(RowError, match="^missing item: "):
        item_from_row({"item_id": marker}, ItemColumns(), NULLS)
    with pytest.raises(RowError, match="^missing user: "):
        user_from_row({"user_id": marker}, UserColumns(), NULLS)
    # Without an event column of the surface, such a query tells no search; without markers, it is an id.
    no_surface = EventColumns(surface="")
    assert event_from_row({**GOOD, "query": marker}, no_surface, NOW_MS, NULLS).surface is FEED
    assert event_from_row({**GOOD, "user_id": marker}, EventColumns(), NOW_MS).user_id == marker.strip()


def test_ids_that_pandas_wrote_as_floats_are_whole_numbers_everywhere():
    row = {**GOOD, "user_id": "17.0", "item_id": "1009.0", "session_id": "3.0", "query": "2.0", "title": "4.0"}
    NULLS.converted.clear()
    found = event_from_row(row, EventColumns(), NOW_MS, NULLS)
    assert (found.user_id, found.item_id, found.session_id, found.query) == ("17", "1009", "3", "2.0")
    assert item_from_row(row, ItemColumns(), NULLS) == Item("1009", "4.0")
    assert user_from_row(row, UserColumns(), NULLS).user_id == "17"
    # An id that is a number in one file is the same as text in another.
    assert event_from_row({**row, "item_id": 1009}, EventColumns(), NOW_MS, NULLS).item_id == "1009"
    reasons, examples = zip(*NULLS.converted, strict=True)
    assert {*reasons} == {"ids written as decimals were read as whole numbers"} and len(reasons) == 7
    assert examples[1] == "'1009.0' in column 'item_id', read as '1009'"
    for kept in ("1009.5", "1.0.0", "v1.0", ".0", "-1.0", "1009.00"):
        assert item_from_row({"item_id": kept}, ItemColumns(), NULLS).item_id == kept
    assert event_from_row(row, EventColumns(), NOW_MS).item_id == "1009.0", "a published layout fixes its ids"


@pytest.mark.parametrize(
    ("values", "label"),
    [
        (("1", "1.0", 1, 1.0, "1e0", "true", "TRUE", "True", "t", "T", "yes", "Yes", "y", "", None), 1),
        (("0", "0.0", 0, 0.0, "-0", "false", "FALSE", "False", "f", "no", "NO", "n"), 0),
    ],
)
def test_labels_in_any_spelling(values, label):
    assert [read(label=value).label for value in values] == [label] * len(values)


@pytest.mark.parametrize("value", ["2", "0.5", "nan", "click", "-1", "inf"])
def test_other_labels_are_refused(value):
    rating = ", or data.label_threshold if it is a rating" if value in ("2", "0.5", "-1") else ""
    with pytest.raises(RowError, match=f"^unknown label: column 'label' holds '{value}'; give 0 or 1{rating}$"):
        read(label=value)


def test_ratings_are_engagements_from_the_threshold_on():
    def label(value):
        return event_from_row({**GOOD, "label": value}, EventColumns(), NOW_MS, RowRules(label_threshold=3.5)).label

    assert [label(value) for value in ("5", "3.5", 4, "3.49", "1", "0", "")] == [1, 1, 1, 0, 0, 0, 1]
    with pytest.raises(RowError, match="^unknown label: column 'label' holds 'good'; data.label_threshold needs a num"):
        label("good")


EVENTS = EventColumns(
    surface="page",
    label="did",
    label_values={"click": 1, "view": 0},
    surface_values={"search": ("search_click", "srp"), "recommendation": ("home", "pdp")},
)


def test_the_logs_own_words_for_surfaces_and_labels():
    def event(page, did):
        return event_from_row({**GOOD, "page": page, "did": did}, EVENTS, NOW_MS)

    pages = [event(page, "click").surface.value for page in ("srp", "search_click", "home", "pdp")]
    assert pages == ["search", "search", "recommendation", "recommendation"]
    assert [event("srp", did).label for did in ("click", "view")] == [1, 0]
    assert EVENTS.required == ("user_id", "timestamp_ms", "page", "item_id", "did")
    for page, did, reason in (
        ("cart", "click", "left out: page 'cart'"),
        ("search", "click", "left out: page 'search'"),
        ("srp", "buy", "left out: did 'buy'"),
        ("srp", "", "left out: did ''"),
    ):
        with pytest.raises(RowError) as error:
            event(page, did)
        assert (error.value.reason, error.value.as_told) == (reason, True)
    # A row of another kind is left out whatever else it lacks.
    with pytest.raises(RowError, match="left out: page 'login'"):
        event_from_row({"page": "login", "user_id": ""}, EVENTS, NOW_MS)
    with pytest.raises(RowError) as error:
        read(surface="Search")
    assert not error.value.as_told


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"label_values": {"click": 2}},
            "`label_values` should name a label, 0 or 1, for each. Received: {'c",
        ),
        ({"surface_values": {"feed": ("home",)}}, "should name values of recommendation and search. Received: 'feed'"),
        (
            {"surface_values": {"search": ("a",), "recommendation": ("b", "a")}},
            "`surface_values` should name each value once. Received twice: 'a'",
        ),
        (
            {"label": "", "label_values": {"click": 1}},
            "`label_values` needs `label`, the name of the column that holds",
        ),
        (
            {"surface": "", "surface_values": {"search": ("a",)}},
            "`surface_values` needs `surface`, the name of the col",
        ),
        ({"weight_values": {"buy": 5.0}}, "`weight_values` needs `weight`, the name of the column that holds them"),
        ({"first_place": 2, "place": "rank"}, "`first_place` should be 0 or 1. Received: first_place=2"),
        ({"first_place": 0}, "`first_place` needs `place`, the name of the column that holds places"),
        ({"list_order": True}, "`list_order` needs `lists`, the names of the columns that hold lists"),
        ({"list_order": True, "lists": ("a",), "place": "rank"}, "Leave one of both out. Received: place='rank'"),
        ({"weight_cap": 5.0}, "`weight_cap` needs `weight`, the name of the column that holds numbers"),
        ({"weight_log": True}, "`weight_log` needs `weight`, the name of the column that holds numbers"),
        ({"weight": "a", "weight_cap": -1.0}, "`weight_cap` should be a number from 0 to 1e+09. Received: -1.0"),
        ({"weight": "a", "weight_values": {"buy": -2.0}}, "`weight_values.buy` should be a number from 0 to 1e+09"),
        ({"weight": "a", "weight_values": {"buy": float("nan")}}, "Received: nan"),
        ({"weight": "a", "weight_values": {"buy": 2e9}}, "`weight_values.buy` should be a number from 0 to 1e+09"),
        ({"weight": "a", "weight_values": {"buy": 2.0}, "weight_log": True}, "Leave one of both out"),
        ({"weight": "a", "weight_values": {"buy": 2.0}, "weight_cap": 3.0}, "Leave one of both out"),
    ],
)
def test_words_that_mean_nothing_are_refused(settings, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        EventColumns(**settings)


def test_settings_that_mean_nothing():
    with pytest.raises(ValueError, match="`time_unit` should be one of s, ms, us, ns. Received: time_unit='h'"):
        EventColumns(time_unit="h")
    with pytest.raises(
        ValueError, match="`context` cannot hold 'weekday', because that name stands for something else"
    ):
        EventColumns(context=("weekday",))


def test_columns_are_mapped_and_optional_ones_may_be_missing():
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what", context=("device", "city"))
    assert columns.required == ("who", "when", "what", "device", "city")
    row = {"who": "u", "when": "7", "what": "a", "device": " phone ", "city": None}
    assert event_from_row(row, columns, NOW_MS) == Event(
        "u", 7, Surface.RECOMMENDATION, item_id="a", context={"device": "phone", "city": ""}
    )
    assert event_from_row({**row, "query": "mug"}, columns, NOW_MS).surface is Surface.SEARCH, "the query tells"
    row = {name: GOOD[name] for name in EventColumns().required}
    assert event_from_row(row, EventColumns(), NOW_MS) == Event("u1", 1_300_000_000_000, Surface.SEARCH, item_id="a")


def test_items_and_users():
    row = {"item_id": "a", "title": " RED MUG ", "categories": "Home| Kitchen ||Mugs"}
    assert item_from_row(row, ItemColumns()) == Item("a", "RED MUG", ("Home", "Kitchen", "Mugs"))
    assert item_from_row({"item_id": "a"}, ItemColumns()) == Item("a")
    with pytest.raises(RowError, match="missing item: column 'item_id' is empty"):
        item_from_row({"item_id": "", "title": "RED MUG"}, ItemColumns())
    columns = ItemColumns(attributes=("brand", "colour"))
    assert columns.required == ("item_id", "brand", "colour")
    row = {"item_id": "a", "brand": " COKA ", "colour": None, "size": "7"}
    assert item_from_row(row, columns) == Item("a", attributes={"brand": "COKA", "colour": ""})
    columns = ItemColumns(attributes=("brand",), numbers=("price", "stars"), vectors="picture")
    assert columns.required == ("item_id", "brand", "price", "stars", "picture")
    row = {"item_id": "a", "brand": "", "price": " 12.50", "stars": "N/A", "picture": [1, 0.5]}
    expected = Item("a", attributes={"brand": ""}, numbers={"price": 12.5}, vector=(1.0, 0.5))
    assert item_from_row(row, columns, NULLS) == expected
    for nothing in (None, "", "NULL", []):
        assert item_from_row({**row, "picture": nothing}, columns, NULLS).vector == ()
    with pytest.raises(RowError, match="column 'price' holds '12,5'; data.item_columns.numbers needs numbers such as"):
        item_from_row({**row, "price": "12,5"}, columns, NULLS)
    columns = UserColumns(numbers=("age", "score"))
    assert columns.required == ("user_id", "age", "score")
    assert user_from_row({"user_id": "u", "age": 41, "score": None}, columns) == User("u", numbers={"age": 41.0})
    with pytest.raises(RowError, match="column 'age' holds 'old'; data.user_columns.numbers needs numbers such as"):
        user_from_row({"user_id": "u", "age": "old"}, columns)
    columns = UserColumns(user_id="who", attributes=("level", "city"))
    assert columns.required == ("who", "level", "city")
    assert user_from_row({"who": " u ", "level": 3, "city": None}, columns) == User("u", {"level": "3", "city": ""})
    with pytest.raises(RowError, match="^missing user: column 'who' is empty$"):
        user_from_row({"who": "", "level": 3}, columns)


@pytest.mark.parametrize(
    ("one", "other"),
    [("00123", "123"), ("A1 ", "a1"), ("1009.0", "1009"), ("'7'", "7"), ("000", "0"), ("Straße", "STRASSE")],
)
def test_ids_that_were_written_otherwise_are_alike(one, other):
    assert plain_id(one) == plain_id(other)


def test_other_ids_are_not_alike():
    assert len({plain_id(text) for text in ("1", "10", "100", "1.5", "a1", "a01", "")}) == 7


@pytest.mark.parametrize(
    ("separator", "value", "names"),
    [
        ("|", "Home| Mugs", ("Home", "Mugs")),
        (">", "Home > Mugs>>Red", ("Home", "Mugs", "Red")),
        (" > ", "Home>Mugs", ("Home", "Mugs")),
        ("/", "/Home/Mugs|Jugs", ("Home", "Mugs|Jugs")),
        # A list needs no separator, and its names may hold one.
        ("/", NameList(["Home", "Men/Women"]), ("Home", "Men/Women")),
        ("|", NameList(["Home", "A|B", "nan"]), ("Home", "A|B")),
    ],
)
def test_what_divides_a_category_path_is_a_setting(separator, value, names):
    columns = ItemColumns(category_separator=separator)
    assert item_from_row({"item_id": "a", "categories": value}, columns, NULLS).categories == names


def test_a_separator_that_is_none_is_refused():
    for separator in ("", " "):
        with pytest.raises(ValueError, match=f"`category_separator` should be a sign. Received: '{separator}'"):
            ItemColumns(category_separator=separator)


DWELL, ACTIONS = EventColumns(weight="much"), EventColumns(weight="much", weight_values={"click": 1.0, "buy": 5.0})
CAPPED = EventColumns(weight="much", weight_cap=300.0)
LOG = EventColumns(weight="much", weight_cap=300.0, weight_log=True)


@pytest.mark.parametrize(
    ("columns", "changes", "weight"),
    [
        (EventColumns(), {"much": "7"}, 1.0),
        (DWELL, {"much": "7.5"}, 7.5),
        (DWELL, {"much": 0}, 0.0),
        (DWELL, {"much": "1e9"}, 1e9),
        (CAPPED, {"much": "4000"}, 300.0),
        (CAPPED, {"much": "20"}, 20.0),
        (LOG, {"much": "0"}, 0.0),
        (LOG, {"much": "19"}, 2.995732273553991),  # ln 20
        (LOG, {"much": "4000"}, 5.707110264748875),  # ln 301
        (ACTIONS, {"much": "buy"}, 5.0),
        (ACTIONS, {"much": " click "}, 1.0),
        # What is no engagement needs no weight, and what stands there does not matter.
        (ACTIONS, {"much": "view", "label": "0"}, 1.0),
        (DWELL, {"much": "soon", "item_id": ""}, 1.0),
        (DWELL, {"much": "3", "label": "0"}, 1.0),
    ],
)
def test_weights(columns, changes, weight):
    assert read(columns, **changes).weight == pytest.approx(weight)


NEEDED = "; data.columns.weight needs a number of at least 0"


@pytest.mark.parametrize(
    ("columns", "value", "reason", "message", "as_told"),
    [
        (DWELL, "-1", "unknown weight", f"column 'much' holds '-1'{NEEDED}", False),
        (DWELL, "inf", "unknown weight", f"holds 'inf'{NEEDED}, or name the column's", False),
        (DWELL, "buy", "unknown weight", "words in data.columns.weight_values if they are actions", False),
        (DWELL, "2e9", "huge weight", "holds '2e9', more than 1e+09; set data.columns.weight_cap", False),
        (ACTIONS, "login", "left out: much 'login'", "data.columns.weight_values does not name it", True),
        (ACTIONS, "", "left out: much ''", "data.columns.weight_values does not name it", True),
    ],
)
def test_weights_that_cannot_be_used(columns, value, reason, message, as_told):
    with pytest.raises(RowError, match=re.escape(message)) as error:
        read(columns, much=value)
    assert (error.value.reason, error.value.as_told) == (reason, as_told)


@pytest.mark.parametrize("value", ["", "nan", None])
def test_an_empty_weight_counts_as_1_and_is_told(value):
    rules = RowRules(null_markers=frozenset(NULL_MARKERS))
    assert event_from_row({**GOOD, "much": value}, DWELL, NOW_MS, rules).weight == 1.0
    (told,) = rules.converted
    assert told == (NO_WEIGHT, f"{value or ''!r} in column 'much'")
    assert event_from_row({**GOOD, "much": "2"}, DWELL, NOW_MS, rules).weight == 2.0 and len(rules.converted) == 1


def test_a_file_must_have_the_column_of_weights():
    assert DWELL.required == ("user_id", "timestamp_ms", "surface", "item_id", "much")
    assert "much" in DWELL.named
    assert EventColumns(label="did", label_values={"buy": 1}, weight="did").named.count("did") == 1


PLACED, FROM_0 = EventColumns(place="rank"), EventColumns(place="rank", first_place=0)


@pytest.mark.parametrize(
    ("columns", "changes", "place"),
    [
        (EventColumns(), {"rank": "7"}, 0),
        (PLACED, {"rank": "7"}, 7),
        (PLACED, {"rank": 7}, 7),
        (PLACED, {"rank": " 7.0 "}, 7),
        (PLACED, {"rank": "100000"}, 100_000),
        (PLACED, {"rank": ""}, 0),
        (PLACED, {"rank": None}, 0),
        (PLACED, {"rank": "3", "label": "0"}, 3),
        (FROM_0, {"rank": "0"}, 1),
        (FROM_0, {"rank": "99999"}, 100_000),
        # A search without a click was shown at no place, and what stands there does not matter.
        (PLACED, {"rank": "top", "item_id": ""}, 0),
    ],
)
def test_places(columns, changes, place):
    assert read(columns, **changes).place == place


def test_a_null_marker_is_a_place_that_nobody_knows():
    rules = RowRules(null_markers=frozenset(NULL_MARKERS))
    assert event_from_row({**GOOD, "rank": "NULL"}, PLACED, NOW_MS, rules).place == 0 and not rules.converted


@pytest.mark.parametrize(
    ("columns", "value", "message"),
    [
        (PLACED, "-1", "column 'rank' holds '-1'; give a whole number from 1 (the top of the list) to 100,000, or no"),
        (PLACED, "1.5", "column 'rank' holds '1.5'; give a whole number from 1"),
        (PLACED, "top", "column 'rank' holds 'top'; give a whole number from 1"),
        (PLACED, "inf", "column 'rank' holds 'inf'; give a whole number from 1"),
        (PLACED, "100001", "column 'rank' holds '100001'; give a whole number from 1"),
        (PLACED, "0", "or nothing; set data.columns.first_place: 0 if the log counts from 0"),
        (FROM_0, "100000", "column 'rank' holds '100000'; give a whole number from 0 (the top of the list) to 99,999"),
    ],
)
def test_places_that_cannot_be_used(columns, value, message):
    with pytest.raises(RowError, match=re.escape(message)) as error:
        read(columns, rank=value)
    assert error.value.reason == "unknown place"
    assert ("first_place" in str(error.value)) == (value == "0")


def test_a_file_must_have_the_column_of_places_unless_a_list_holds_them():
    assert PLACED.required == ("user_id", "timestamp_ms", "surface", "item_id", "rank") and "rank" in PLACED.named
    inside = EventColumns(lists=("results",), place="results.rank")
    assert "results.rank" in inside.named and "results.rank" not in inside.required
    assert [each.tells_places for each in (EventColumns(), PLACED, inside)] == [False, True, True]
    assert EventColumns(lists=("results",), list_order=True).tells_places
