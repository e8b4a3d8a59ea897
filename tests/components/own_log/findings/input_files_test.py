import dataclasses
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from components.own_log.findings.input_files import input_findings
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns
from tests.support.log_findings import told
from tests.support.raw_files import write

EVENTS = "user_id,timestamp_ms,surface,query,item_id\nu1,1700000000000,search,mug,i1\n"


@pytest.fixture
def findings(tmp_path):
    """Makes the findings of a good log of `events.csv` and `items.csv`, but for these files and settings."""

    def make(files=(), **settings):
        for name, content in {"events.csv": EVENTS, "items.csv": "item_id,title\ni1,red mug\n", **dict(files)}.items():
            (tmp_path / name).parent.mkdir(exist_ok=True)
            write(tmp_path / name, content)
        return input_findings(
            DataConfig(**{"path": str(tmp_path), "events": "events.csv", "items": "items.csv", **settings})
        )

    return make


def test_a_missing_file_is_named_with_the_one_that_is_like_it(findings, tmp_path):
    assert findings() == []
    (finding,) = findings(items="itemz.csv")
    assert (finding.code, finding.field) == ("missing_file", "data.items")
    assert f"data.items = {tmp_path}/itemz.csv: no such file." in finding.text
    assert finding.mend == f"Did you mean '{tmp_path}/items.csv'?"
    (pretraining,) = findings(pretraining_events="event.csv")
    assert (pretraining.field, pretraining.mend) == (
        "data.pretraining_events",
        f"Did you mean '{tmp_path}/events.csv'?",
    )
    assert findings(path="nowhere")[0].mend == f"There is no folder 'nowhere' in {str(Path.cwd())!r}."
    assert findings({"brackets [v2]/events.csv": EVENTS}, events="brackets [v2]/events.csv") == []


def test_a_missing_column_is_named_with_what_may_be_meant(findings):
    user, device = findings(columns=EventColumns(user_id="UserId", context=("device",)))
    assert (user.code, user.row, user.field) == ("missing_column", 1, "data.columns.user_id")
    assert user.text == (
        "data.columns.user_id = 'UserId': there is no such column. Found: 'user_id', 'timestamp_ms', 'surface', "
        "'query', 'item_id'."
    )
    assert user.mend.startswith("Did you mean 'user_id'? Then set data.columns.user_id: user_id.")
    assert device.field == "data.columns.context[0]"
    assert device.mend.startswith("Set data.columns.context[0] to the one that holds it.")
    # If the header is not divided, the delimiter is told.
    found = findings({"events.csv": EVENTS.replace(",", ";")})
    needed = ("user_id", "timestamp", "surface", "item_id")
    assert {each.field for each in found} == {f"data.columns.{name}" for name in needed}
    assert all(
        each.mend.startswith("Its first line is divided by semicolons: set data.delimiter: semicolon.")
        for each in found
    )


def test_columns_of_items_and_users_are_looked_at_too(findings, tmp_path):
    found = findings(
        {"users.tsv": "user_id\tage\nu1\t30\n"},
        item_columns=ItemColumns(item_id="sku", numbers=("price",), vectors="picture"),
        users="users.tsv",
        user_columns=UserColumns(attributes=("age", "town"), numbers=("height",)),
    )
    assert [(each.file, each.field) for each in found] == [
        (f"{tmp_path}/items.csv", "data.item_columns.item_id"),
        (f"{tmp_path}/items.csv", "data.item_columns.vectors"),
        (f"{tmp_path}/items.csv", "data.item_columns.numbers[0]"),
        (f"{tmp_path}/users.tsv", "data.user_columns.attributes[1]"),
        (f"{tmp_path}/users.tsv", "data.user_columns.numbers[0]"),
    ]


@pytest.mark.parametrize("rows", [3, 1001])
def test_an_object_may_leave_out_what_another_has(rows, findings):
    row = '{"user_id": "u", "timestamp_ms": 1, "surface": "search", "item_id": "i"}\n'
    found = findings({"events.jsonl": row * rows}, events="events.jsonl", columns=EventColumns(context=("device",)))
    # With more rows than are looked at, it may still come.
    assert [each.field for each in found] == (["data.columns.context[0]"] if rows == 3 else [])


def test_files_that_cannot_be_read_and_empty_ones_are_told(findings, tmp_path):
    latin, empty = findings({"events.csv": "user_id,straße\n".encode("latin-1"), "items.csv": "item_id,title\n"})
    assert (latin.code, latin.file) == ("unreadable_file", f"{tmp_path}/events.csv")
    assert latin.text.startswith("is not text in UTF-8") and latin.text.endswith("name its encoding in data.encoding.")
    assert (empty.code, empty.text) == ("no_rows", "has a header and no items below it.")


def test_sources_with_fixed_names_are_told_by_their_own_adapters_and_unknown_ones_refused(findings):
    file = {"rec_inter.csv": "user_id,item_id,timestamp\n1,2,3\n"}
    (fixed,) = findings(file, source="kuaisar", events="rec_inter.csv", items="")
    assert told(fixed).startswith("error unreadable_file: ") and fixed.text.startswith("has no column 'click'.")
    (unknown,) = findings(source="kuaishou")
    assert unknown.text.startswith("data.source = 'kuaishou': there is no such adapter.")


@pytest.mark.parametrize("name", ["log.jsonl", "log.parquet"])
def test_fields_within_nested_columns_and_lists_are_found(findings, tmp_path, name):
    row = {"u": None, "user_id": "u", "at": {"ms": 5}, "hits": [{"id": "a"}]}
    if name == "log.jsonl":
        write(tmp_path / name, json.dumps({**row, "at": None}) + "\n" + json.dumps(row) + "\n")
    else:
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist([{**row, "at": None}, row]), tmp_path / name)
    columns = EventColumns(timestamp="at.ms", surface="", item_id="hits.id", label="", lists=("hits",))
    assert findings(events=name, columns=columns) == []
    lists = dataclasses.replace(columns, timestamp="at.s", lists=("hit",), item_id="hit.id")
    missing = findings(events=name, columns=lists)
    assert [each.field for each in missing] == ["data.columns.timestamp", "data.columns.lists[0]"]


def test_a_day_that_has_arrived_only_in_part_is_told_where_that_is_asked_for(findings):
    days = {f"{day}/events.csv": EVENTS + "u1,1700000000000,search,mug,i1\n" * rows for day, rows in ((1, 9), (2, 0))}
    assert findings(days, events="{SPAN}/events.csv") == []
    (finding,) = findings(days, events="{SPAN}/events.csv", least_span_share=0.5)
    assert (finding.code, finding.field) == ("small_span", "data.least_span_share")
    assert "the files of span 2 have " in finding.text and "Has all of it arrived?" in finding.text
    (missing,) = findings(days, events="{SPAN}/nothing.csv", least_span_share=0.5)
    assert missing.code == "missing_file"
