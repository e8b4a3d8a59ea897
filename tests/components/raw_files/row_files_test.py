import pytest

from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from components.raw_files.row_files import matching_files, read_rows
from tests.support.raw_files import split, write


def test_a_glob_names_files_in_their_order(tmp_path):
    for name in ("b.tsv", "a.tsv", "c.csv"):
        write(tmp_path / name, "x")
    assert matching_files(f"{tmp_path}/*.tsv", "data.events") == [f"{tmp_path}/a.tsv", f"{tmp_path}/b.tsv"]
    assert matching_files(f"{tmp_path}/c.csv", "data.events") == [f"{tmp_path}/c.csv"]


def test_an_empty_setting():
    with pytest.raises(DataError, match="^data.events is empty; give the path or glob of the files.$"):
        matching_files("", "data.events")


def test_nothing_matches(tmp_path):
    with pytest.raises(
        DataError, match=r"^data.items = .*no\.tsv: no such file. Paths are taken from the directory of"
    ):
        matching_files(f"{tmp_path}/no.tsv", "data.items")


def test_an_unknown_file_system():
    with pytest.raises(DataError, match="^data.events = nowhere://log.tsv: cannot be listed: "):
        matching_files("nowhere://log.tsv", "data.events")


def test_a_directory(tmp_path):
    (tmp_path / "log").mkdir()
    with pytest.raises(DataError) as error:
        matching_files(f"{tmp_path}/log", "data.events")
    assert str(error.value) == (
        f"{tmp_path}/log: is a directory. Name the files in it, such as data.events = {tmp_path}/log/*.tsv.gz."
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("f.csv", 'id,name\n1,"a"\n'),
        ("f.csv.gz", "id,name\n1,a\n"),
        ("f.TSV", "id\tname\n1\ta\n"),
        ("f.tsv.gz", "id\tname\n1\ta\n"),
        ("f.tsv.bz2", "id\tname\n1\ta\n"),
        ("f.csv.zst", "id,name\n1,a\n"),
    ],
)
def test_the_ending_names_the_format(tmp_path, name, text):
    rows, _ = split(read_rows(write(tmp_path / name, text), ("id",), "data.columns"))
    assert rows == [Row(2, {"id": "1", "name": "a"})]


@pytest.mark.parametrize("name", ["f.jsonl", "f.jsonl.gz"])
def test_json_lines(tmp_path, name):
    rows, _ = split(read_rows(write(tmp_path / name, '{"id": 1}\n'), ("id",), "data.columns"))
    assert rows == [Row(1, {"id": 1})]


def test_an_unknown_ending(tmp_path):
    with pytest.raises(
        DataError,
        match=r"f\.xlsx: its ending names no known format. Known are \.csv, \.tsv, \.jsonl, each plain or packed "
        r"\(\.gz, \.bz2, \.zst\), and \.parquet\.$",
    ):
        split(read_rows(write(tmp_path / "f.xlsx", "x"), ("id",), "data.columns"))
