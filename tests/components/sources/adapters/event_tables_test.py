import dataclasses
import json

import pyarrow
import pyarrow.parquet
import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.refusal import Converted, DataError, Reject
from components.sources.adapters.event_tables import read_event_batches, read_events
from components.sources.data_config import DataConfig
from components.sources.event_batch import EventBatch, events_of_batch
from components.sources.event_rows import NO_WEIGHT, EventColumns, ItemColumns, UserColumns
from components.sources.log_sources import EventSource
from schemas.canonical_event import Event, Item, Surface, User
from tests.support.raw_files import write
from tests.support.source_files import EVENTS, ITEMS, LINES, USERS


def test_columns_have_the_names_of_the_configuration(tmp_path):
    columns = EventColumns(user_id="who", timestamp="when", surface="", item_id="what")
    file = EVENTS._replace(columns="who,when,query,what")
    assert file.read_rows(tmp_path, "u1,5,,a", "u2,7,mug,c", columns=columns) == [
        (2, Event("u1", 5, Surface.RECOMMENDATION, item_id="a")),
        (3, Event("u2", 7, Surface.SEARCH, query="mug", item_id="c")),
    ]


def test_files_are_written_as_the_settings_say(tmp_path):
    shard = EVENTS._replace(name="part-00000.gz", columns="")
    form = {"delimiter": "\x01", "header": False, "column_names": ("user_id", "timestamp_ms", "surface", "item_id")}
    rows = shard.read_rows(tmp_path, "u\x015\x01search\x01a,b", **form)
    assert rows == [(1, Event("u", 5, Surface.SEARCH, item_id="a,b"))]
    items = ITEMS._replace(columns="")
    form = FileFormat(delimiter="|", header=False)
    columns = ItemColumns(item_id="column_1", title="column_2")
    assert items.read_rows(tmp_path, "a|red, big", item_files=form, item_columns=columns) == [
        (1, Item("a", "red, big"))
    ]
    users = {"user_files": FileFormat(format="json"), "user_columns": UserColumns("user.id", ("user.level",))}
    read = USERS._replace(columns="").read_rows(tmp_path, '[{"user": {"id": "u", "level": 3}}]', **users)
    assert read == [(1, User("u", {"user.level": "3"}))]


def test_nested_columns_are_left_alone_or_read_by_their_path(tmp_path):
    columns = EventColumns(user_id="user.id", timestamp="at.ms", surface="", query="search.text", item_id="item")
    row = '{"user": {"id": "u"}, "at": {"ms": 5}, "search": {"text": "mug"}, "item": "a", "raw": {"deep": [[1]]}}'
    assert LINES.read_rows(tmp_path, row, columns=columns) == [(1, Event("u", 5, Surface.SEARCH, "mug", item_id="a"))]


SEARCHES = [
    {"u": "u", "ms": 1, "q": "mug", "hits": [{"id": "b", "hit": 0}, {"id": "a", "hit": 1}], "more": {"deep": [[1]]}},
    {"u": "u", "ms": 2, "q": "cup", "hits": [{"id": "c", "hit": 0}, {"id": "d", "hit": 0}], "more": {"deep": [[1]]}},
    {"u": "u", "ms": 3, "q": "pot", "hits": [], "more": {"deep": [[1]]}},
    {"u": "u", "ms": 4, "q": "", "hits": [], "more": {"deep": [[1]]}},
    {"u": "u", "ms": 5, "q": "", "hits": [{"id": "", "hit": 1}, {"id": "e", "hit": 0}], "more": {"deep": [[1]]}},
    {"u": "u", "ms": 6, "q": "urn", "hits": [{"id": "f", "hit": "?"}, {"id": "g", "hit": "0"}], "more": {"deep": []}},
]
COLUMNS = EventColumns("u", "ms", surface="", query="q", item_id="hits.id", label="hits.hit", lists=("hits",))


@pytest.mark.parametrize("name", ["log.jsonl", "log.parquet"])
def test_each_element_of_a_list_is_an_event_and_a_search_without_a_click_is_one_more(tmp_path, name):
    if name == "log.jsonl":
        found = LINES.read_rows(tmp_path, *map(json.dumps, SEARCHES), columns=COLUMNS)
    else:
        texts = [{**row, "hits": [{**each, "hit": str(each["hit"])} for each in row["hits"]]} for row in SEARCHES]
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(texts), tmp_path / name)
        found = LINES.read(str(tmp_path / name), columns=COLUMNS)

    def search(ms, query, item, label, element):
        return ms, Event("u", ms, Surface.SEARCH, query, item_id=item, label=label, element=element)

    assert [each for each in found if not isinstance(each, Reject)] == [
        search(1, "mug", "b", 0, 0),
        search(1, "mug", "a", 1, 1),
        search(2, "cup", "c", 0, 0),
        search(2, "cup", "d", 0, 1),
        search(2, "cup", "", 1, 2),
        search(3, "pot", "", 1, 0),
        (5, Event("u", 5, Surface.RECOMMENDATION, item_id="e", label=0, element=1)),
        search(6, "urn", "g", 0, 1),
    ]
    missing = "column 'hits.id' is empty on a recommendation event"
    assert [(each.line, each.reason, each.detail[:62]) for each in found if isinstance(each, Reject)] == [
        (4, "missing item", missing),
        (5, "missing item", f"element 1: {missing}"[:62]),
        (6, "unknown label", "element 1: column 'hits.hit' holds '?'; give 0 or 1"),
    ]


def test_lists_side_by_side_in_a_table(tmp_path):
    columns = EventColumns(surface="where", item_id="shown", label="clicked", lists=("shown", "clicked"))
    file = EVENTS._replace(columns="user_id;timestamp_ms;where;shown;clicked")
    found = file.read_rows(tmp_path, "u;5;recommendation;a|b;0|1", "u;6;search;a;0|1", columns=columns, delimiter=";")
    event = Event("u", 5, Surface.RECOMMENDATION, item_id="a", label=0)
    assert found[:2] == [(2, event), (2, dataclasses.replace(event, item_id="b", label=1, element=1))]
    assert str(found[2]).endswith(
        ":3: lists of unequal length: column 'shown' holds 1, column 'clicked' holds 2 elements"
    )


def test_what_is_converted_is_said_behind_its_row(tmp_path):
    columns = EventColumns(surface="page", surface_values={"recommendation": ("home",)})
    file = EVENTS._replace(columns="user_id,timestamp_ms,page,item_id")
    assert file.read_rows(tmp_path, "7.0,5,home,3.0", "8,5,cart,", "8,5,home,4", columns=columns) == [
        (2, Event("7", 5, Surface.RECOMMENDATION, item_id="3")),
        Converted(
            f"{tmp_path}/{file.name}",
            2,
            "ids written as decimals were read as whole numbers",
            "'7.0' in column 'user_id', read as '7'",
            times=2,
        ),
        Reject(
            f"{tmp_path}/{file.name}",
            3,
            "left out: page 'cart'",
            "data.columns.surface_values does not name it",
            as_told=True,
        ),
        (4, Event("8", 5, Surface.RECOMMENDATION, item_id="4")),
    ]


OF_ENTRY = "data.sources[1].columns."


@pytest.mark.parametrize(
    ("settings", "row", "told"),
    [
        ({}, "u,1300000000,a,home,click,1", f"in seconds ({OF_ENTRY}time_unit: s) it is 2011-03-13"),
        ({}, "u,2000000000000,a,home,click,1", f"does it count milliseconds, as {OF_ENTRY}time_unit says?"),
        ({"surface_values": {"search": ("srp",)}}, "u,1300000000000,a,home,click,1", f"{OF_ENTRY}surface_values does"),
        ({"label_values": {"buy": 1}}, "u,1300000000000,a,search,click,1", f"{OF_ENTRY}label_values does not name it"),
        ({"weight": "much"}, "u,1300000000000,a,search,1,-1", f"{OF_ENTRY}weight needs a number"),
        ({"weight": "much"}, "u,1300000000000,a,search,1,x", f"words in {OF_ENTRY}weight_values if they are"),
        ({"weight": "much"}, "u,1300000000000,a,search,1,2e9", f"set {OF_ENTRY}weight_cap"),
        ({"weight": "much", "weight_values": {"buy": 2.0}}, "u,1300000000000,a,search,1,x", f"{OF_ENTRY}weight_values"),
        ({"place": "much"}, "u,1300000000000,a,search,1,0", f"set {OF_ENTRY}first_place: 0"),
    ],
)
def test_what_is_said_of_a_row_names_the_entry_that_its_file_is_read_by(tmp_path, settings, row, told):
    path = write(tmp_path / "b.csv", f"user_id,timestamp_ms,item_id,surface,label,much\n{row}\n")
    sources = EventSource(f"{tmp_path}/a.csv"), EventSource(path, columns=EventColumns(**settings))
    (reject,) = read_events(path, DataConfig(sources=sources), 1_700_000_000_000)
    assert told in reject.detail and "data.columns" not in reject.detail
    # Alone, the file is read by `data.columns`.
    (reject,) = read_events(path, DataConfig(events=path, columns=EventColumns(**settings)), 1_700_000_000_000)
    assert told.replace(OF_ENTRY, "data.columns.") in reject.detail


def test_lists_may_hold_weights(tmp_path):
    row = '{"user_id": "u", "timestamp_ms": 1300000000000, "query": "mug", "hits": [%s]}'
    hits = '{"id": "a", "clicked": 1, "seconds": 12.5}, {"id": "b", "clicked": 0}, {"id": "c", "clicked": 1}'
    path = write(tmp_path / "log.jsonl", row % hits + "\n")
    columns = EventColumns(surface="", item_id="hits.id", label="hits.clicked", lists=("hits",), weight="hits.seconds")
    found = list(read_events(path, DataConfig(events=path, columns=columns), 1_700_000_000_000))
    assert [each[1].weight for each in found[:3]] == [12.5, 1.0, 1.0]
    assert [(each.reason, each.times) for each in found[3:]] == [(NO_WEIGHT, 1)]


@pytest.mark.parametrize("columns", [{"place": "hits.rank"}, {"list_order": True}])
def test_the_place_in_a_list_is_a_value_of_its_element_or_its_number(tmp_path, columns):
    """A refused element leaves the places of the others as they are; a search without a click has none."""
    hits = [{"id": "a", "hit": "0"}, {"id": "b", "hit": "?"}, {"id": "c", "hit": "0"}]
    rows = [{"u": "u", "ms": 1, "q": "mug", "hits": [{**each, "rank": n + 1} for n, each in enumerate(hits)]}]
    rows += [{"u": "u", "ms": 2, "q": "cup", "hits": [{"id": "a", "hit": 0, "rank": 1}]}]
    found = LINES.read_rows(tmp_path, *map(json.dumps, rows), columns=dataclasses.replace(COLUMNS, **columns))
    events = [each[1] for each in found if not isinstance(each, Reject)]
    assert [(each.item_id, each.place) for each in events] == [("a", 1), ("c", 3), ("a", 1), ("", 0)]


def test_a_refused_place_is_said_with_file_line_and_mend(tmp_path):
    file = EVENTS._replace(columns="user_id,timestamp_ms,surface,item_id,label,rank")
    rows = ("u,5,recommendation,a,1,2", "u,5,recommendation,b,0,0")
    good, reject = file.read_rows(tmp_path, *rows, columns=EventColumns(place="rank"))
    assert good[1].place == 2
    assert str(reject) == (
        f"{tmp_path}/{file.name}:3: unknown place: column 'rank' holds '0'; give a whole number from 1 (the top of "
        "the list) to 100,000, or nothing; set data.columns.first_place: 0 if the log counts from 0"
    )


WITH_NUMBERS = ItemColumns(numbers=("price",), vectors="picture")
ROWS = [
    {"item_id": "a", "price": 2.5, "picture": [0.25, -1.0]},
    {"item_id": "b", "price": None, "picture": None},
    {"item_id": "c", "price": 3.0, "picture": [1.0, 2.0, 3.0]},
    {"item_id": "d", "price": 4.0, "picture": [4.0, 5.0]},
]


@pytest.mark.parametrize("name", ["items.csv", "items.jsonl", "items.parquet"])
def test_numbers_and_vectors_of_every_format(tmp_path, name):
    path = tmp_path / name
    if name == "items.csv":
        texts = ["a,2.5,0.25 -1", "b,,", "c,3,1 2 3", "d,4.0,[4; 5]"]
        path.write_text("\n".join(["item_id,price,picture", *texts]) + "\n")
    elif name == "items.jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(ROWS), path)
    first = 2 if name == "items.csv" else 1
    assert ITEMS.read(str(path), item_columns=WITH_NUMBERS) == [
        (first, Item("a", numbers={"price": 2.5}, vector=(0.25, -1.0))),
        (first + 1, Item("b")),
        Reject(
            str(path),
            first + 2,
            "vector of another length",
            f"column 'picture' holds 3 numbers, in line {first} it holds 2; all vectors of data.item_columns.vectors "
            "are equally long. Mend it, or leave it empty",
        ),
        (first + 3, Item("d", numbers={"price": 4.0}, vector=(4.0, 5.0))),
    ]


def test_a_number_that_is_none_and_a_missing_column_are_told(tmp_path):
    columns = ItemColumns(numbers=("price",))
    file = ITEMS._replace(columns="item_id,price")
    (reject,) = file.read_rows(tmp_path, "a,cheap", item_columns=columns)
    assert str(reject).startswith(f"{tmp_path}/items.csv:2: no number: column 'price' holds 'cheap'; data.item_columns")
    for missing in (ItemColumns(numbers=("cost",)), ItemColumns(vectors="cost")):
        with pytest.raises(DataError, match="cost"):
            file.read_rows(tmp_path, "a,1", item_columns=missing)
    users = USERS._replace(columns="user_id,age").read_rows(
        tmp_path, "u,41", "v,", "w,old", user_columns=UserColumns(numbers=("age",))
    )
    assert users[:2] == [(2, User("u", numbers={"age": 41.0})), (3, User("v"))]
    assert (users[2].line, users[2].reason) == (4, "no number")


def one_by_one(found):
    for each in found:
        if isinstance(each, Reject) or not isinstance(each[1], EventBatch):
            yield each
        else:
            yield from enumerate(events_of_batch(each[1]), start=each[0])


SOUND = "a,5,search,mug,,x,1\nb,6,recommendation,,,y,\n"
UNSOUND = "a,5,search,mug,7.0,x,1\n\nb,,recommendation,,,y,\nc,9,home,,,y,1\nd,10,recommendation,,,z\n"
HEADER = "user_id,timestamp_ms,surface,query,session_id,item_id,label\n"
MAPPED = EventColumns(surface_values={"search": ("search",), "recommendation": ("home",)}, label_values={"1": 1})


@pytest.mark.parametrize(
    ("name", "text", "settings", "are_batches"),
    [
        ("log.csv", HEADER + SOUND, {}, True),
        ("log.tsv.gz", (HEADER + SOUND).replace(",", "\t"), {}, True),
        ("log.csv", HEADER + UNSOUND + SOUND, {}, False),
        ("log.csv", HEADER + UNSOUND + SOUND, {"columns": MAPPED}, False),
        ("log.csv", HEADER + SOUND.replace("5", "0") + SOUND, {"earliest": "1970-01-01T00:00:00.003"}, False),
        ("log.csv", HEADER + SOUND, {"surface": "search", "label": 0, "columns": EventColumns(surface="")}, True),
        ("log.csv", HEADER + SOUND, {"columns": EventColumns(lists=("item_id",), item_id="item_id")}, False),
        (
            "log.jsonl",
            '{"user_id": 1, "timestamp_ms": 5, "surface": "search", "item_id": 2.0}\n{"user_id": 1}\n',
            {},
            False,
        ),
    ],
)
def test_batches_hold_the_same_events_and_rejects(tmp_path, name, text, settings, are_batches):
    path = write(tmp_path / name, text)
    log = {field: settings[field] for field in ("surface", "label") if field in settings}
    config = DataConfig(
        sources=(EventSource(path, columns=settings.get("columns", EventColumns()), **log),) if log else (),
        events="" if log else path,
        columns=EventColumns() if log else settings.get("columns", EventColumns()),
        earliest=settings.get("earliest", ""),
    )
    found = list(read_event_batches(path, config, 10**12))
    assert list(one_by_one(found)) == list(read_events(path, config, 10**12))
    assert are_batches == all(not isinstance(each, Reject) and isinstance(each[1], EventBatch) for each in found)
    assert found
