import datetime
import re

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from components.raw_files.formats.parquet import read_parquet
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from tests.support.raw_files import split, write


def read(tmp_path, columns):
    path = str(tmp_path / "f.parquet")
    pq.write_table(pa.table(columns), path, version="2.6")
    return split(read_parquet(path, ("id",), "data.columns"))


def test_rows_are_plain_values_and_nested_ones_are_refused(tmp_path):
    moments = pa.array([1_300_000_000_123_456_789, None], pa.timestamp("ns", tz="UTC"))
    rows, rejects = read(tmp_path, {"id": pa.array([17850.0, None]), "name": ["a", None], "when": moments})
    moment = datetime.datetime(2011, 3, 13, 7, 6, 40, 123_000, tzinfo=datetime.timezone.utc)
    assert rows == [
        Row(1, {"id": 17850, "name": "a", "when": moment}),
        Row(2, {"id": None, "name": None, "when": None}),
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
            split(read_parquet(write(tmp_path / "f.parquet", content), ("id",), "data.columns"))
