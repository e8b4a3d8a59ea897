import io

import fastavro
import pyarrow.parquet
import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.refusal import DataError
from components.raw_files.row import Row, RowBatch
from components.raw_files.row_files import format_of, matching_files, read_row_batches, read_rows
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


LINES = '{"id": "1", "name": "a"}\n'
PARQUET = io.BytesIO()
pyarrow.parquet.write_table(pyarrow.table({"id": ["1"], "name": ["a"]}), PARQUET)
AVRO = io.BytesIO()
FIELDS = [{"name": name, "type": "string"} for name in ("id", "name")]
fastavro.writer(AVRO, {"type": "record", "name": "Row", "fields": FIELDS}, [{"id": "1", "name": "a"}])
SEMICOLONS = {"delimiter": ";"}


@pytest.mark.parametrize(
    ("name", "text", "line", "form"),
    [
        ("f.csv", 'id,name\n1,"a"\n', 2, {}),
        ("f.TSV", "id\tname\n1\ta\n", 2, {}),
        ("f.csv", "id;name\n1;a\n", 2, SEMICOLONS),
        ("part-00000", "id;name\n1;a\n", 2, SEMICOLONS),
        ("part-00000.gz", "1\ta\n", 1, {"format": "tsv", "header": False, "column_names": ("id", "name")}),
        ("f.txt", "id\tname\n1\ta\n", 2, {"format": "tsv"}),
        *((name, LINES, 1, {}) for name in ("f.jsonl.gz", "f.ndjson", "f.json", "f.json.zst", "part-00000", "f.txt")),
        *((name, f"[{LINES}]", 1, {}) for name in ("f.json.gz", "part-00000")),
        *((name, PARQUET.getvalue(), 1, {}) for name in ("f.parquet", "f.snappy.parquet", "part-00000")),
        ("f.csv", PARQUET.getvalue(), 1, {"format": "parquet"}),
        *((name, AVRO.getvalue(), 1, {}) for name in ("f.avro", "part-00000")),
    ],
)
def test_the_settings_the_ending_or_the_content_tell_the_format(tmp_path, name, text, line, form):
    path, form = write(tmp_path / name, text), FileFormat(**form)
    rows, _ = split(read_rows(path, ("id",), "data.columns", form))
    assert rows == [Row(line, {"id": "1", "name": "a"})]
    batches = list(read_row_batches(path, ("id",), "data.columns", form))
    is_divided = format_of(path, form).format in ("csv", "tsv")
    assert [type(each) for each in batches] == [RowBatch if is_divided else Row]
    assert [row for each in batches for row in (each.rows() if is_divided else [each])] == rows


def test_values_without_a_format_are_refused_with_the_setting(tmp_path):
    path = write(tmp_path / "f.xlsx", "id\tname\n")
    known = r"\.csv, \.tsv, \.jsonl, \.ndjson, \.json, \.parquet, \.avro, each also packed \(\.gz, \.bz2, \.zst\)\. "
    message = rf"^{path}: neither its ending nor its content tells its format\. Known endings are {known}"
    for setting, field in (("data.columns", "data.format"), ("data.item_columns", r"data\.item_files\.format")):
        mend = f"Name the format in {field}, such as csv or tsv. Its first line holds tabs: set {field}: tsv.$"
        with pytest.raises(DataError, match=message + mend):
            read_rows(path, ("id",), setting)
