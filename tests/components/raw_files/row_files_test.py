import pytest

from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from components.raw_files.row_files import matching_files, read_rows
from tests.support.raw_files import split, write


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("", "data.events is empty; give the path or glob of the files."),
        ("no.tsv", "data.events = no.tsv: no such file. Paths are taken from the directory of the run."),
        ("log", "log: is a directory. Name the files in it, such as data.events = log/*.tsv.gz."),
        ("nowhere://log.tsv", "data.events = nowhere://log.tsv: cannot be listed: "),
    ],
)
def test_patterns_that_name_no_file(tmp_path, monkeypatch, pattern, message):
    (tmp_path / "log").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as error:
        matching_files(pattern, "data.events")
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("f.csv", 'id,name\n1,"a"\n', 2),
        ("f.TSV", "id\tname\n1\ta\n", 2),
        ("f.jsonl.gz", '{"id": "1", "name": "a"}\n', 1),
    ],
)
def test_the_ending_names_the_format_and_an_unknown_one_is_refused(tmp_path, name, text, line):
    rows, _ = split(read_rows(write(tmp_path / name, text), ("id",), "data.columns"))
    assert rows == [Row(line, {"id": "1", "name": "a"})]
    known = r"\.csv, \.tsv, \.jsonl, each plain or packed \(\.gz, \.bz2, \.zst\), and \.parquet\.$"
    with pytest.raises(DataError, match=r"^f\.xlsx: its ending names no known format\. Known are " + known):
        read_rows("f.xlsx", ("id",), "data.columns")
