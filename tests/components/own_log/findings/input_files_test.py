import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from components.own_log.findings.input_files import input_findings
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns, ItemColumns, UserColumns

EVENTS = "user_id,timestamp_ms,surface,query,item_id\nu1,1700000000000,search,mug,i1\n"
ITEMS = "item_id,title\ni1,red mug\n"


@pytest.fixture
def log(tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS)
    (tmp_path / "items.csv").write_text(ITEMS)
    return DataConfig(path=str(tmp_path), events="events.csv", items="items.csv")


def only(config):
    (finding,) = input_findings(config)
    return finding


def test_nothing_is_found_where_everything_is_there(log):
    assert input_findings(log) == []


def test_a_missing_file_is_named_with_the_one_that_is_like_it(log):
    finding = only(dataclasses.replace(log, items="itemz.csv"))
    assert (finding.code, finding.field) == ("missing_file", "data.items")
    assert f"data.items = {log.path}/itemz.csv: no such file." in finding.text
    assert finding.mend == f"Did you mean '{log.path}/items.csv'?"


def test_a_missing_folder_is_named(log):
    finding, *_ = input_findings(dataclasses.replace(log, path="nowhere"))
    assert finding.mend == f"There is no folder 'nowhere' in {str(Path.cwd())!r}."


def test_brackets_in_a_path_are_told_to_be_a_pattern(log, tmp_path):
    folder = tmp_path / "brackets [v2]"
    folder.mkdir()
    (folder / "events.csv").write_text(EVENTS)
    finding = only(dataclasses.replace(log, events="brackets [v2]/events.csv"))
    assert f"write '{tmp_path}/brackets [[]v2]/events.csv', or rename the folder." in finding.mend


def test_a_missing_column_is_named_with_the_one_that_may_be_meant(log):
    columns = EventColumns(user_id="UserId", context=("device",))
    user, device = input_findings(dataclasses.replace(log, columns=columns))
    assert (user.code, user.row, user.field) == ("missing_column", 1, "data.columns.user_id")
    assert user.text == (
        "data.columns.user_id = 'UserId': there is no such column. Found: 'user_id', 'timestamp_ms', 'surface', "
        "'query', 'item_id'."
    )
    assert user.mend.startswith("Did you mean 'user_id'? Then set data.columns.user_id: user_id.")
    assert device.field == "data.columns.context[0]"
    assert device.mend.startswith("Set data.columns.context[0] to the one that holds it.")


def test_another_delimiter_is_guessed(log, tmp_path):
    (tmp_path / "events.csv").write_text(EVENTS.replace(",", ";"))
    findings = input_findings(log)
    assert {each.field for each in findings} == {
        "data.columns.user_id",
        "data.columns.timestamp",
        "data.columns.surface",
        "data.columns.item_id",
    }
    assert all(each.mend.startswith("Is the delimiter the one that the ending promises") for each in findings)


def test_columns_of_items_and_users_are_looked_at_too(log, tmp_path):
    (tmp_path / "users.tsv").write_text("user_id\tage\nu1\t30\n")
    config = dataclasses.replace(
        log,
        item_columns=ItemColumns(item_id="sku"),
        users="users.tsv",
        user_columns=UserColumns(attributes=("age", "town")),
    )
    assert [(each.file, each.field) for each in input_findings(config)] == [
        (f"{tmp_path}/items.csv", "data.item_columns.item_id"),
        (f"{tmp_path}/users.tsv", "data.user_columns.attributes[1]"),
    ]


@pytest.mark.parametrize("rows", [3, 1001])
def test_an_object_may_leave_out_what_another_has(rows, log, tmp_path):
    row = '{"user_id": "u", "timestamp_ms": 1, "surface": "search", "item_id": "i"}\n'
    (tmp_path / "events.jsonl").write_text(row * rows)
    config = dataclasses.replace(log, events="events.jsonl", columns=EventColumns(context=("device",)))
    # With more rows than are looked at, it may still come.
    assert [each.field for each in input_findings(config)] == (["data.columns.context[0]"] if rows == 3 else [])


def test_files_that_cannot_be_read_and_empty_ones_are_told(log, tmp_path):
    (tmp_path / "events.csv").write_bytes("user_id,straße\n".encode("latin-1"))
    (tmp_path / "items.csv").write_text("item_id,title\n")
    latin, empty = input_findings(log)
    assert (latin.code, latin.file) == ("unreadable_file", f"{tmp_path}/events.csv")
    assert latin.text.startswith("is not text in UTF-8") and latin.text.endswith("Save it as UTF-8.")
    assert (empty.code, empty.text) == ("no_rows", "has a header and no items below it.")


def test_sources_with_fixed_names_are_told_by_their_own_adapters(tmp_path):
    (tmp_path / "rec_inter.csv").write_text("user_id,item_id,timestamp\n1,2,3\n")
    finding = only(DataConfig(source="kuaisar", path=str(tmp_path), events="rec_inter.csv"))
    assert finding.code == "unreadable_file"
    assert finding.text.startswith("has no column 'click'.")


def test_an_unknown_source_is_refused():
    finding = only(DataConfig(source="kuaishou", events="events.csv"))
    assert finding.text.startswith("data.source = 'kuaishou': there is no such adapter.")


def test_it_costs_neither_tensorflow_nor_beam():
    heavy = "{'tensorflow', 'apache_beam', 'tfx', 'keras'}"
    code = f"import components.own_log.findings.input_files, sys; print({heavy} & {{*sys.modules}})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"
