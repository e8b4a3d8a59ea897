import gzip
import json

import pytest

from serving.row_files import FileError, matching_files, read_rows


def rows(path, required=("a",)):
    return list(read_rows(str(path), required))


def test_csv_is_quoted(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"two, ""or"" three"\n\n4,5,6\n7,8\n')
    assert rows(path) == [{"a": "1", "b": 'two, "or" three'}, None, {"a": "7", "b": "8"}]


def test_tsv_is_not_quoted(tmp_path):
    path = tmp_path / "x.tsv"
    path.write_text('a\tb\n1\t"two\n\nonly one\n3\tfour\r\n')
    assert rows(path) == [{"a": "1", "b": '"two'}, None, {"a": "3", "b": "four"}]


def test_json_lines(tmp_path):
    path = tmp_path / "x.jsonl"
    path.write_text('{"a": 1, "b": "x"}\n[1]\n\nnonsense\n{"b": 2}\n')
    assert rows(path) == [{"a": 1, "b": "x"}, None, None, {"b": 2}]


def test_gzip_a_byte_order_mark_and_bytes_that_are_not_utf8(tmp_path):
    path = tmp_path / "x.TSV.gz"
    path.write_bytes(gzip.compress(b"\xef\xbb\xbfa\n\xff\n"))
    assert rows(path) == [{"a": "\ufffd"}]


def test_parquet(tmp_path):
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"a": ["1", None], "b": [2, 3]}), path)
    assert rows(path) == [{"a": "1", "b": 2}, {"a": None, "b": 3}]


def test_broken_csv_records_do_not_end_the_file(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text('a,b\n1,"two"x\n3,4\n')
    assert rows(path) == [None, {"a": "3", "b": "4"}]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"b,c\n1,2\n", "has no column 'a'. Found: 'b', 'c'."),
        ("x.tsv", b"", "has no column 'a'. Found: ''."),
        ("x.xlsx", b"", "its ending names no known format. Known are .csv, .tsv, .jsonl, .parquet and .gz of these."),
        ("x.tsv.gz", b"not gzip", "cannot be read: Not a gzipped file"),
        ("x.csv.gz", gzip.compress(b"a\n" + json.dumps([1] * 9999).encode())[:-20], "cannot be read: Compressed file"),
        ("x.parquet", b"not parquet", "cannot be read as Parquet: "),
    ],
)
def test_files_that_cannot_be_used(tmp_path, name, content, message):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        rows(path)
    assert str(caught.value).startswith(f"{path}: {message}")


def test_parquet_needs_its_columns(tmp_path):
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "x.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"b": [2]}), path)
    with pytest.raises(FileError, match="has no column 'a'. Found: 'b'."):
        rows(path)


def test_matching_files(tmp_path):
    for name in ("b.csv", "a.csv", "c.tsv"):
        (tmp_path / name).write_text("a\n")
    (tmp_path / "d.csv").mkdir()
    assert matching_files(f"{tmp_path}/*.csv") == [f"{tmp_path}/a.csv", f"{tmp_path}/b.csv"]
    with pytest.raises(FileError, match="nothing.csv: no such file. Paths are taken from the directory"):
        matching_files(f"{tmp_path}/nothing.csv")
