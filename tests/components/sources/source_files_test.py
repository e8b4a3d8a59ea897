import dataclasses

import pytest

from components.raw_files.refusal import DataError
from components.sources.data_config import DataConfig
from components.sources.event_rows import UserColumns
from components.sources.source_files import SourceFiles
from tests.support.raw_files import write


def test_the_files_that_the_configuration_names(tmp_path):
    for name in ("e2.tsv", "e1.tsv", "items.tsv", "users.csv"):
        write(tmp_path / name, "x")
    config = DataConfig(path=str(tmp_path), events="e*.tsv", items=f"{tmp_path}/items.tsv")
    files = SourceFiles.of_config(config)
    assert (files.event_files, files.last_span) == ([f"{tmp_path}/e1.tsv", f"{tmp_path}/e2.tsv"], 0)
    assert files.item_files == [f"{tmp_path}/items.tsv"]
    assert files.candidate_files == files.user_files == SourceFiles.of_config(DataConfig(events="e")).item_files == []
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
    files = SourceFiles("no-event", "no-item", candidates=("no-candidate",), users="no-user")
    with pytest.raises(DataError, match=f"^{setting} = no-{kind}: no such file"):
        getattr(files, f"{kind}_files")
