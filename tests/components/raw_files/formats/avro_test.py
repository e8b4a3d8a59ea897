import datetime
import io
import re

import fastavro
import pytest

from components.raw_files.file_format import FileFormat
from components.raw_files.formats.avro import read_avro
from components.raw_files.refusal import DataError
from components.raw_files.row import Row
from components.raw_files.wanted_columns import WantedColumns
from tests.support.raw_files import split, write

SCHEMA = {
    "type": "record",
    "name": "Click",
    "fields": [
        {"name": "id", "type": ["null", "long"]},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "by", "type": {"type": "record", "name": "By", "fields": [{"name": "id", "type": "string"}]}},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
        {"name": "unused", "type": {"type": "map", "values": {"type": "array", "items": "int"}}},
    ],
}
MOMENT = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)
RECORD = {"id": 7, "at": MOMENT, "by": {"id": "u"}, "tags": ["a", "b"], "unused": {"x": [1]}}


def packed(*records, codec="deflate"):
    stream = io.BytesIO()
    fastavro.writer(stream, SCHEMA, records, codec=codec)
    return stream.getvalue()


def read(tmp_path, content, required=("id",)):
    wanted = WantedColumns(required, ("at", "by.id", "tags"), setting="data.columns")
    return split(read_avro(write(tmp_path / "f.avro", content), wanted, FileFormat()))


@pytest.mark.parametrize("codec", ["null", "deflate"])
def test_a_record_is_a_row_with_its_number(tmp_path, codec):
    rows, rejects = read(tmp_path, packed(RECORD, {**RECORD, "id": None}, codec=codec))
    values = {"at": MOMENT, "by.id": "u", "tags": "a|b"}
    assert (rows, rejects) == ([Row(1, {"id": 7, **values}), Row(2, values)], [])


def test_files_that_cannot_be_used(tmp_path):
    with pytest.raises(DataError, match=re.escape("f.avro: has no column 'sku'. Found: 'id', 'at', 'by', 'by.id'")):
        read(tmp_path, packed(RECORD), ("sku",))
    whole = packed(*[RECORD] * 50)
    for content in (b"", b"id,name\n", whole[:-40], whole[:20]):
        with pytest.raises(DataError, match=r"f\.avro: is not a sound Avro file: "):
            read(tmp_path, content)
