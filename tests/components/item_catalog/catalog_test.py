import json
import re

import pytest

from components.item_catalog.catalog import build_catalog
from components.item_catalog.table import CatalogItem, read_table
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import ItemColumns
from components.sources.log_sources import ItemSource
from schemas.canonical_event import Item
from tests.support.raw_files import lines, make_pipeline, write

NOW_MS = 1_700_000_000_000
EVENTS = lines(
    ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label"),
    ("u1", 1, "recommendation", "", "", "a", 1),
    ("u1", 2, "search", "mug", "s", "a", 1),
    ("u1", 3, "search", "mug", "s", "c", 1),
    ("u2", 1, "recommendation", "", "", "d", 0),
    ("u2", 2, "search", "tea", "s", "", 1),
)
ITEMS = lines(("item_id", "title", "categories"), ("b", "TEA POT", ""), ("a", "RED MUG", "Home|Mugs"))
RED_MUG = Item("a", "RED MUG", ("Home", "Mugs"))


@pytest.fixture
def build(tmp_path):
    """Builds a catalogue of event and item files with this content; gives the summary and the rows."""

    def run(events=EVENTS, items=ITEMS, max_reject_share=0.0, core=0, pretraining="", **settings):
        paths = {"events": write(tmp_path / "events.tsv", events)}
        if pretraining:
            paths["pretraining_events"] = write(tmp_path / "pretraining.tsv", pretraining)
        if items is not None:
            paths["items"] = write(tmp_path / "items.tsv", items)
        config = DataConfig(**paths, max_reject_share=max_reject_share, core=core, earliest="", **settings)
        summary = build_catalog(make_pipeline, config, str(tmp_path), str(tmp_path), NOW_MS)
        return summary, list(read_table(str(tmp_path)))

    return run


def test_items_of_both_files_with_their_engagements(build):
    summary, rows = build()
    expected = [(RED_MUG, 2), (Item("b", "TEA POT"), 0), (Item("c"), 1), (Item("d"), 0)]
    assert rows == [CatalogItem(*each) for each in expected]
    table = {"items_of_log": 2, "items_not_in_table": 1}
    assert summary.counts == {"items": 4, "items_without_title": 2, **table}
    assert (summary.reports["event"].rows, summary.reports["item"].rows) == (5, 2)
    # Items may be known by events alone.
    summary, rows = build(items=None)
    assert [row.item for row in rows] == [Item("a"), Item("c"), Item("d")]
    assert summary.counts["items_without_title"] == 3
    # Items outside of the core are no items.
    events = EVENTS + lines(("u2", 3, "search", "mug", "s", "a", 1), ("u2", 4, "search", "mug", "s", "c", 1))
    summary, rows = build(events=events, core=2)
    # d was only shown, and b only stands in the item file.
    assert rows == [CatalogItem(RED_MUG, 3), CatalogItem(Item("c"), 2)]
    assert summary.reports["event"].rows == 7


def test_an_event_that_stands_in_the_log_twice_counts_once(build):
    _, rows = build(events=EVENTS + EVENTS.partition("\n")[2])
    # A repetition at another time counts.
    assert rows == build()[1]
    _, rows = build(events=EVENTS + lines(("u1", 9, "recommendation", "", "", "a", 1)))
    assert rows[0] == CatalogItem(RED_MUG, 3)


def test_categories_that_another_sign_divides_are_counted_by_it(build):
    items = lines(
        ("item_id", "categories"), ("a", "Home > Mugs"), ("b", "Home>Pots"), ("c", "Home|Jars"), ("d", "Cups")
    )
    summary, _ = build(items=items)
    assert {name: count for name, count in summary.counts.items() if "category" in name} == {
        "items_with_one_category_of_>": 2
    }


NUMBERS = {"item_columns": ItemColumns(numbers=("price",), vectors="picture")}


def test_items_whose_numbers_and_vectors_are_known_are_counted(build):
    items = lines(("item_id", "price", "picture"), ("a", "2", "1 0"), ("b", "", "0 1"), ("c", "3", ""))
    summary, rows = build(items=items, **NUMBERS)
    assert rows[0].item == Item("a", numbers={"price": 2.0}, vector=(1.0, 0.0))
    assert {name: count for name, count in summary.counts.items() if "_with_" in name} == {
        "items_with_number_price": 2,
        "items_with_vector_of_2": 2,
    }


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        (("", ""), "no item has a content vector. Does it name the right column?"),
        (("1 2", "3"), "vectors of several lengths: 1 of 1 numbers, 1 of 2 numbers. All have to come from one model"),
    ],
)
def test_vectors_that_there_are_none_of_or_of_two_lengths_end_the_run(build, tmp_path, vectors, message):
    write(tmp_path / "more.tsv", lines(("sku", "price", "vec"), ("c", "1", vectors[1])))
    items = lines(("item_id", "price", "picture"), ("a", "2", vectors[0]))
    write(tmp_path / "less.tsv", items)
    sources = (
        ItemSource(f"{tmp_path}/less.tsv", item_columns=NUMBERS["item_columns"]),
        ItemSource(f"{tmp_path}/more.tsv", item_columns=ItemColumns("sku", numbers=("price",), vectors="vec")),
    )
    with pytest.raises(DataError, match=f"^data.item_columns.vectors: .*{message}"):
        build(items=None, item_sources=sources)


def test_a_table_that_does_not_belong_to_the_log_is_told_with_ids_that_nearly_agree(build):
    items = lines(("item_id", "title", "categories"), ("A ", "RED MUG", ""), ("'c'", "TEA POT", ""), ("d", "CUP", ""))
    message = (
        "2 of the 2 items that somebody engaged with (100.0%) are not in data.items = "
        ".*items.tsv; 2 would be if ids were written alike: 'a' in the log and 'A' in the table, 'c' in the log and "
        "\"'c'\" in the table. That is more than data.max_unknown_share = 90% allows."
    )
    with pytest.raises(DataError, match=message.replace("(100.0%)", r"\(100.0%\)")):
        build(items=items)


def test_events_of_pre_training_count_too(build):
    header = EVENTS.splitlines(keepends=True)[0]
    earlier = header + lines(("u9", 1, "recommendation", "", "", "b", 1), ("u9", 2, "search", "jar", "s", "e", 1))
    _, rows = build(pretraining=earlier)
    found = {row.item.item_id: row.engagements for row in rows}
    assert found == {"a": 2, "b": 1, "c": 1, "d": 0, "e": 1}


def test_of_two_rows_the_first_is_taken_and_the_second_refused(build, tmp_path):
    summary, rows = build(items=ITEMS + lines(("a", "BLUE MUG", ""), ("", "NO ID", "")), max_reject_share=0.5)
    assert rows[0].item == RED_MUG
    assert summary.reports["item"].rows == 4
    assert summary.reports["item"].reasons == {"duplicate item": 1, "missing item": 1}
    written = (tmp_path / "rejects-00000-of-00001.jsonl").read_text(encoding="utf-8").splitlines()
    file = f"{tmp_path}/items.tsv"
    assert sorted((json.loads(line) for line in written), key=lambda each: each["line"]) == [
        {"file": file, "line": 4, "reason": "duplicate item", "detail": f"'a' stands in {file}:3"},
        {"file": file, "line": 5, "reason": "missing item", "detail": "column 'item_id' is empty"},
    ]


BAD_EVENT = lines(("", 1, "recommendation", "", "", "a", 1))
SEARCH_ALONE = lines(("user_id", "timestamp_ms", "surface", "query", "item_id"), ("u", 1, "search", "mug", ""))


@pytest.mark.parametrize(
    ("events", "items", "message"),
    [
        (EVENTS, ITEMS + lines(("a", "BLUE MUG", "")), "1 of 3 item rows (33.33%) cannot be used, more than data."),
        (EVENTS + BAD_EVENT, ITEMS, "1 of 6 event rows (16.67%) cannot be used"),
        (EVENTS, "item_id\ttitle\n", "data.items = {}/items.tsv: holds no items. The files have a header and nothing"),
        (EVENTS, "id\ttitle\n1\tMUG\n", "{}/items.tsv: has no column 'item_id'. Found: 'id', 'title'; wanted: 'item"),
        (SEARCH_ALONE, None, "data.events = {}/events.tsv: names no item. Does data.columns name the column of"),
    ],
)
def test_files_that_make_no_catalogue(build, tmp_path, events, items, message):
    with pytest.raises(DataError, match="^" + re.escape(message.format(tmp_path))):
        build(events, items)
