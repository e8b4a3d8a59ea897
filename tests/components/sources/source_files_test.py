import dataclasses
import re

import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns
from components.sources.log_sources import EventSource, ItemSource
from components.sources.source_files import FilePattern, SourceFiles
from tests.support.raw_files import write


def test_the_files_that_the_configuration_names(tmp_path):
    for name in ("e2.tsv", "e1.tsv", "items.tsv", "users.csv"):
        write(tmp_path / name, "x")
    config = DataConfig(path=str(tmp_path), events="e*.tsv", items=f"{tmp_path}/items.tsv")
    files = SourceFiles.of_config(config)
    assert (files.event_files, files.last_span) == ([f"{tmp_path}/e1.tsv", f"{tmp_path}/e2.tsv"], 0)
    assert files.item_files == [f"{tmp_path}/items.tsv"]
    assert files.candidate_files == files.user_files == SourceFiles.of_config(DataConfig(events="e")).item_files == []
    assert files.files_that_name_items == [f"{tmp_path}/{name}" for name in ("e1.tsv", "e2.tsv", "items.tsv")]
    again = SourceFiles.of_config(dataclasses.replace(config, pretraining_events="e1*"))
    assert again.files_that_name_items[3:] == [f"{tmp_path}/e1.tsv"]
    users = dataclasses.replace(config, users="user*.csv", user_columns=UserColumns(attributes=("level",)))
    assert SourceFiles.of_config(users).user_files == [f"{tmp_path}/users.csv"]


def test_a_window_of_days(tmp_path):
    for day in (8, 9, 10):
        (tmp_path / f"day-{day}").mkdir()
        write(tmp_path / f"day-{day}" / "e.tsv", "x")
    config = DataConfig(path=str(tmp_path), events="day-{SPAN}/*.tsv", last_spans=2)
    files = SourceFiles.of_config(config)
    assert files.event_files == [f"{tmp_path}/day-9/e.tsv", f"{tmp_path}/day-10/e.tsv"]
    assert files.last_span == 10


@pytest.mark.parametrize(
    ("kind", "setting"),
    [("event", "data.events"), ("item", "data.items"), ("candidate", "data.events"), ("user", "data.users")],
)
def test_a_missing_file_names_the_setting(kind, setting):
    patterns = {f"{each}s": (FilePattern(f"no-{each}", f"data.{each}s"),) for each in ("event", "item", "user")}
    files = SourceFiles(**patterns, candidates=("no-candidate",))
    with pytest.raises(DataError, match=f"^{setting} = no-{kind}: no such file"):
        getattr(files, f"{kind}_files")


def test_several_logs_are_read_in_their_order_and_for_the_same_days(tmp_path):
    for name in ("feed-8.csv", "feed-9.csv", "search-9.csv", "search-10.csv", "b.csv", "a.csv", "m.csv", "n.csv"):
        write(tmp_path / name, "x")
    sources = [EventSource(each) for each in ("search-{SPAN}.csv", "feed-{SPAN}.csv", "[ab].csv")]
    items = (ItemSource("n.csv"), ItemSource("m.csv"))
    config = DataConfig(path=str(tmp_path), sources=tuple(sources), item_sources=items, last_spans=2)
    files = SourceFiles.of_config(config)
    names = ["search-9.csv", "search-10.csv", "feed-9.csv", "a.csv", "b.csv"]
    assert ([path.rsplit("/", 1)[1] for path in files.event_files], files.last_span) == (names, 10)
    assert files.item_files == [f"{tmp_path}/n.csv", f"{tmp_path}/m.csv"]
    whole = SourceFiles.of_config(dataclasses.replace(config, last_spans=0)).event_files
    assert [path.rsplit("/", 1)[1] for path in whole] == [*names[:2], "feed-8.csv", *names[2:]]


def test_a_missing_or_ambiguous_log_names_its_entry(tmp_path):
    write(tmp_path / "a.csv", "x")
    for patterns, message in (
        (("a.csv", "b.csv"), f"data.sources[1].events = {tmp_path}/b.csv: no such file"),
        (("*.csv", "a.csv"), f"{tmp_path}/a.csv: is named by both data.sources[0].events and data.sources[1].events."),
    ):
        config = DataConfig(path=str(tmp_path), sources=tuple(EventSource(each) for each in patterns))
        with pytest.raises(DataError, match=f"^{re.escape(message)}"):
            assert SourceFiles.of_config(config).event_files
