import json

import pytest

from components.item_catalog.catalog import build_catalog
from components.item_catalog.table import CatalogItem, read_table
from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
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


@pytest.fixture
def build(tmp_path):
    """Builds a catalogue of event and item files with this content; gives the summary and the rows."""

    def run(events=EVENTS, items=ITEMS, max_reject_share=0.0, core=0):
        paths = {"events": write(tmp_path / "events.tsv", events)}
        if items is not None:
            paths["items"] = write(tmp_path / "items.tsv", items)
        config = DataConfig(**paths, max_reject_share=max_reject_share, core=core)
        directories = [tmp_path / "catalog", tmp_path / "rejects"]
        for directory in directories:
            directory.mkdir()
        summary = build_catalog(make_pipeline, config, str(directories[0]), str(directories[1]), NOW_MS)
        return summary, list(read_table(str(directories[0])))

    return run


def test_items_of_both_files_with_their_engagements(build):
    summary, rows = build()
    assert rows == [
        CatalogItem(Item("a", "RED MUG", ("Home", "Mugs")), 2),
        CatalogItem(Item("b", "TEA POT"), 0),
        CatalogItem(Item("c"), 1),
        CatalogItem(Item("d"), 0),
    ]
    assert summary.counts == {"items": 4, "items_without_title": 2}
    assert (summary.reports["event"].rows, summary.reports["item"].rows) == (5, 2)


def test_items_may_be_known_by_events_alone(build):
    summary, rows = build(items=None)
    assert [row.item for row in rows] == [Item("a"), Item("c"), Item("d")]
    assert summary.counts["items_without_title"] == 3


def test_items_outside_of_the_core_are_no_items(build):
    events = EVENTS + lines(("u2", 3, "search", "mug", "s", "a", 1), ("u2", 4, "search", "mug", "s", "c", 1))
    summary, rows = build(events=events, core=2)
    # d was only shown, and b only stands in the item file.
    assert rows == [CatalogItem(Item("a", "RED MUG", ("Home", "Mugs")), 3), CatalogItem(Item("c"), 2)]
    assert summary.reports["event"].rows == 7


def test_of_two_rows_the_first_is_taken_and_the_second_refused(build, tmp_path):
    items = ITEMS + lines(("a", "BLUE MUG", ""), ("", "NO ID", ""))
    summary, rows = build(items=items, max_reject_share=0.5)
    assert rows[0].item.title == "RED MUG"
    assert summary.reports["item"].rows == 4
    assert summary.reports["item"].reasons == {"duplicate item": 1, "missing item": 1}
    written = (tmp_path / "rejects" / "rejects-00000-of-00001.jsonl").read_text(encoding="utf-8").splitlines()
    file = str(tmp_path / "items.tsv")
    assert sorted((json.loads(line) for line in written), key=lambda each: each["line"]) == [
        {"file": file, "line": 4, "reason": "duplicate item", "detail": f"'a' stands in {file}:3"},
        {"file": file, "line": 5, "reason": "missing item", "detail": "column 'item_id' is empty"},
    ]


def test_too_many_refused_items(build):
    with pytest.raises(
        DataError, match=r"^1 of 3 item rows \(33.33%\) cannot be used, more than data.max_reject_share"
    ):
        build(items=ITEMS + lines(("a", "BLUE MUG", "")))


def test_too_many_refused_events(build):
    with pytest.raises(DataError, match=r"^1 of 6 event rows \(16.67%\) cannot be used"):
        build(events=EVENTS + lines(("", 1, "recommendation", "", "", "a", 1)))


def test_an_item_file_without_items(build):
    with pytest.raises(
        DataError, match="^data.items = .*items.tsv: holds no items. The files have a header and nothing"
    ):
        build(items="item_id\ttitle\n")


def test_an_item_file_without_ids(build):
    with pytest.raises(
        DataError, match="items.tsv: has no column 'item_id'. .* Other names are mapped in data.item_colum"
    ):
        build(items="id\ttitle\n1\tMUG\n")


def test_events_that_name_no_item(build):
    events = lines(("user_id", "timestamp_ms", "surface", "query", "item_id"), ("u", 1, "search", "mug", ""))
    with pytest.raises(DataError, match="names no item. Is data.columns right about where items stand?"):
        build(events=events, items=None)
