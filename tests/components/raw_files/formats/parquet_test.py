import datetime
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.formats.parquet import read_parquet
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from components.raw_files.wanted_columns import WantedColumns
from tests.support.raw_files import split, write

WANTED = WantedColumns(("id",), ("name", "when"), setting="data.columns")


def read(tmp_path, columns, wanted=WANTED):
    path = str(tmp_path / "f.parquet")
    pq.write_table(pa.table(columns), path, version="2.6")
    return split(read_parquet(path, wanted, FileFormat()))


def test_rows_are_plain_values_and_nested_ones_are_refused(tmp_path):
    moments = pa.array([1_300_000_000_123_456_789, None], pa.timestamp("ns", tz="UTC"))
    rows, rejects = read(tmp_path, {"id": pa.array([17850.0, None]), "name": ["a", None], "when": moments})
    moment = datetime.datetime(2011, 3, 13, 7, 6, 40, 123_000, tzinfo=datetime.timezone.utc)
    assert rows == [
        Row(1, {"id": 17850, "name": "a", "when": moment}),
        Row(2, {}),
    ]
    assert not rejects
    rows, rejects = read(tmp_path, {"id": [[["a"]], [["b"]]]})
    assert not rows
    assert [reject[:2] for reject in rejects] == [(1, "nested value"), (2, "nested value")]
    # Files that cannot be used are named.
    with pytest.raises(DataError, match=re.escape("f.parquet: has no column 'id'. Found: 'name'; wanted: 'id'.")):
        read(tmp_path, {"name": ["a"]})
    for content in ("", "id,name\n1,a\n", "PAR1 is how it begins"):
        with pytest.raises(DataError, match="f.parquet: is not a sound Parquet file: "):
            split(read_parquet(write(tmp_path / "f.parquet", content), WANTED, FileFormat()))


def test_only_wanted_columns_are_read_nested_ones_by_their_paths(tmp_path, monkeypatch):
    moment = pa.array(
        [{"id": "a", "at": 1_300_000_000_123_456_789}, None], pa.struct([("id", pa.string()), ("at", NS)])
    )
    results = [[{"n": "x", "more": 1}, {"n": "y", "more": 2}], []]
    columns = {"id": [1, 2], "by": moment, "results": results, "unused": [[{"deep": 1}], None]}
    decoded = []
    whole = pq.ParquetFile.iter_batches
    monkeypatch.setattr(
        pq.ParquetFile,
        "iter_batches",
        lambda self, columns, **told: decoded.append(columns) or whole(self, columns=columns, **told),
    )
    wanted = WantedColumns(("id",), ("by.id", "by.at", "results.n", "gone"), setting="data.columns")
    rows, rejects = read(tmp_path, columns, wanted)
    when = datetime.datetime(2011, 3, 13, 7, 6, 40, 123_000)
    assert rows == [
        Row(1, {"id": 1, "by.id": "a", "by.at": when, "results.n": "x|y"}),
        Row(2, {"id": 2, "results.n": ""}),
    ]
    assert (rejects, decoded) == ([], [["id", "by.id", "by.at", "results"]])
    lists = WantedColumns((), ("id",), ("results",))
    assert read(tmp_path, columns, lists)[0][0] == Row(1, {"id": 1, "results": results[0]}), "lists may stay lists"


@pytest.mark.parametrize("ids", [pa.string(), pa.float64()], ids=["plain", "looked at"])
def test_rows_of_several_groups_are_numbered_through(tmp_path, ids):
    count = 70_000  # More than are decoded at once.
    names = ["a", None] * (count // 2)
    rows, rejects = read(tmp_path, {"id": pa.array(range(count)).cast(ids), "name": names})
    assert [row.line for row in rows] == list(range(1, count + 1)) and not rejects
    assert [str(row.values["id"]) for row in rows] == [str(number) for number in range(count)]
    assert [row.values.get("name") for row in rows] == names and "name" not in rows[1].values


NS = pa.timestamp("ns")
