import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns
from components.sources.source_files import SourceFiles
from tests.support.raw_files import write


def test_the_files_that_the_configuration_names(tmp_path):
    for name in ("e2.tsv", "e1.tsv", "items.tsv"):
        write(tmp_path / name, "x")
    files = SourceFiles.of_config(DataConfig(events=f"{tmp_path}/e*.tsv", items=f"{tmp_path}/items.tsv"))
    assert files.event_files == [f"{tmp_path}/e1.tsv", f"{tmp_path}/e2.tsv"]
    assert files.item_files == [f"{tmp_path}/items.tsv"]
    assert files.candidate_files == []


def test_paths_are_taken_from_the_folder(tmp_path):
    write(tmp_path / "e.tsv", "x")
    assert SourceFiles.of_config(DataConfig(path=str(tmp_path), events="*.tsv")).event_files == [f"{tmp_path}/e.tsv"]


def test_a_window_of_days(tmp_path):
    for day in (8, 9, 10):
        (tmp_path / f"day-{day}").mkdir()
        write(tmp_path / f"day-{day}" / "e.tsv", "x")
    config = DataConfig(path=str(tmp_path), events="day-{SPAN}/*.tsv", last_spans=2)
    files = SourceFiles.of_config(config)
    assert files.event_files == [f"{tmp_path}/day-9/e.tsv", f"{tmp_path}/day-10/e.tsv"]
    assert files.last_span == 10


def test_files_without_spans_are_of_span_zero(tmp_path):
    write(tmp_path / "e.tsv", "x")
    assert SourceFiles(f"{tmp_path}/e.tsv", "").last_span == 0


def test_there_may_be_no_files_of_items_and_users():
    files = SourceFiles.of_config(DataConfig(events="log.tsv"))
    assert files.item_files == files.user_files == []


def test_files_of_users(tmp_path):
    write(tmp_path / "users.csv", "x")
    config = DataConfig(path=str(tmp_path), users="user*.csv", user_columns=UserColumns(attributes=("level",)))
    assert SourceFiles.of_config(config).user_files == [f"{tmp_path}/users.csv"]


def test_a_missing_file_names_the_setting(tmp_path):
    files = SourceFiles(f"{tmp_path}/e", f"{tmp_path}/i", candidates=(f"{tmp_path}/c",), users=f"{tmp_path}/u")
    with pytest.raises(DataError, match="^data.events = .*/e: no such file"):
        _ = files.event_files
    with pytest.raises(DataError, match="^data.items = .*/i: no such file"):
        _ = files.item_files
    with pytest.raises(DataError, match="^data.events = .*/c: no such file"):
        _ = files.candidate_files
    with pytest.raises(DataError, match="^data.users = .*/u: no such file"):
        _ = files.user_files
