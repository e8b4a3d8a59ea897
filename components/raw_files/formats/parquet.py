"""Reads Parquet files."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from components.raw_files.file_format import FileFormat
from components.raw_files.file_parts import FilePart
from components.raw_files.formats.delimited import check_columns
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row, RowError
from components.raw_files.text_file import open_bytes
from components.raw_files.wanted_columns import WantedColumns

if TYPE_CHECKING:
    import pyarrow


def read_parquet(
    path: str, wanted: WantedColumns, form: FileFormat, part: FilePart | None = None
) -> Iterator[Row | Reject]:
    """Reads a Parquet file row by row. Of its columns, only the wanted ones are read and decoded.

    Args:
        path: The file.
        wanted: The columns to read. A path such as `user.id` reads one field of a column of structs.
        form: Not used, because the file says itself how it is written.
        part: The row groups to read; None for all.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    import pyarrow.parquet  # Takes a second, so only this format imports it.

    del form
    with open_bytes(path) as stream:
        try:
            table = pyarrow.parquet.ParquetFile(stream)
            paths = dict(_paths(table.schema_arrow))
            check_columns(path, list(paths), wanted.required, wanted.setting)
            names = None if wanted.names is None else list({paths[name]: 0 for name in wanted.names if name in paths})
            done = 0 if part is None else part.lines_before
            groups = None if part is None else list(range(part.start, part.end))
            for batch in table.iter_batches(columns=names, row_groups=groups):
                columns = pyarrow.Table.from_batches([batch]).cast(_readable(batch.schema), safe=False)
                rows = _flat_rows(columns) if _is_flat(columns.schema, wanted) else None
                for line, values in enumerate(columns.to_pylist() if rows is None else rows, done + 1):
                    try:
                        yield Row(line, wanted.of(values) if rows is None else values)
                    except RowError as error:
                        yield Reject(path, line, error.reason, error.detail)
                done += columns.num_rows
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(f"{path}: is not a sound Parquet file: {error}") from error


def _is_flat(schema: "pyarrow.Schema", wanted: WantedColumns) -> bool:
    """Whether all values are plain and wanted as they are, so that they need not be looked at one by one."""
    from pyarrow import types

    plain = (types.is_string, types.is_large_string, types.is_integer, types.is_timestamp, types.is_date)
    return wanted.names is not None and all(any(is_it(field.type) for is_it in plain) for field in schema)


def _flat_rows(columns: "pyarrow.Table") -> Iterator[dict[str, object]]:
    names = columns.schema.names
    for values in zip(*(each.to_pylist() for each in columns.itercolumns()), strict=True):
        yield {name: value for name, value in zip(names, values, strict=True) if value is not None}


def parquet_columns(path: str) -> list[str]:
    """The names of a Parquet file's columns, and the paths of what is within nested ones.

    Raises:
        DataError: It is no Parquet file.
    """
    import pyarrow.parquet

    with open_bytes(path) as stream:
        try:
            return list(dict(_paths(pyarrow.parquet.ParquetFile(stream).schema_arrow)))
        except (pyarrow.ArrowException, OSError) as error:
            raise DataError(f"{path}: is not a sound Parquet file: {error}") from error


def _paths(fields: Any, prefix: str = "", of_list: str = "") -> Iterator[tuple[str, str]]:
    """Each column and each field within nested columns: its path, and what to read for it.

    Within a list of structs, that is the list: Parquet has names of its own for what is in it.
    """
    import pyarrow

    for field in fields:
        name, kind, read = prefix + field.name, field.type, of_list
        yield name, read or name
        while pyarrow.types.is_list(kind) or pyarrow.types.is_large_list(kind):
            kind, read = kind.value_type, read or name
        if pyarrow.types.is_struct(kind):
            yield from _paths(kind, f"{name}.", read)


def _readable(schema: "pyarrow.Schema") -> "pyarrow.Schema":
    """Converts timestamps to milliseconds: Python's datetime has no nanoseconds, and events keep only milliseconds."""
    for index, field in enumerate(schema):
        schema = schema.set(index, field.with_type(_in_milliseconds(field.type)))
    return schema


def _in_milliseconds(kind: "pyarrow.DataType") -> "pyarrow.DataType":
    import pyarrow

    if pyarrow.types.is_timestamp(kind):
        return pyarrow.timestamp("ms", tz=kind.tz)
    if pyarrow.types.is_struct(kind):
        return pyarrow.struct([each.with_type(_in_milliseconds(each.type)) for each in kind])
    if pyarrow.types.is_list(kind):
        return pyarrow.list_(kind.value_field.with_type(_in_milliseconds(kind.value_type)))
    return kind
