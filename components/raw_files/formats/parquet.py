"""Reads Parquet files."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from components.raw_files.formats.delimited import check_columns
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row, RowError, plain_value
from components.raw_files.text_file import open_bytes

if TYPE_CHECKING:
    import pyarrow


def read_parquet(path: str, required: Sequence[str], setting: str) -> Iterator[Row | Reject]:
    """Reads a Parquet file row by row.

    Args:
        path: The file.
        required: The columns that it must have.
        setting: The setting that maps columns, for error messages.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    import pyarrow.parquet  # Takes a second, so only this format imports it.

    with open_bytes(path) as stream:
        try:
            table = pyarrow.parquet.ParquetFile(stream)
            check_columns(path, table.schema_arrow.names, required, setting)
            line = 0
            for batch in table.iter_batches():
                for values in pyarrow.Table.from_batches([batch]).cast(_readable(batch.schema), safe=False).to_pylist():
                    line += 1
                    try:
                        yield Row(line, {name: plain_value(name, value) for name, value in values.items()})
                    except RowError as error:
                        yield Reject(path, line, error.reason, error.detail)
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(f"{path}: is not a sound Parquet file: {error}") from error


def _readable(schema: "pyarrow.Schema") -> "pyarrow.Schema":
    """Converts timestamps to milliseconds: Python's datetime has no nanoseconds, and events keep only milliseconds."""
    import pyarrow

    for index, field in enumerate(schema):
        if pyarrow.types.is_timestamp(field.type):
            schema = schema.set(index, field.with_type(pyarrow.timestamp("ms", tz=field.type.tz)))
    return schema
