"""Reads files with one JSON object per line."""

import json
from collections.abc import Iterable, Iterator

from components.raw_files.file_format import FileFormat, setting_beside
from components.raw_files.formats.delimited import check_columns
from components.raw_files.refusal import Reject
from components.raw_files.row import Row, RowError
from components.raw_files.text_file import check_not_empty, check_text, open_text
from components.raw_files.wanted_columns import WantedColumns, paths_of


def read_json_lines(path: str, wanted: WantedColumns, form: FileFormat) -> Iterator[Row | Reject]:
    """Reads a JSON-lines file row by row. Empty lines are skipped.

    Args:
        path: The file.
        wanted: The columns to read. At least one object must have the required ones; the adapter decides which names
            each row needs. Columns that are not wanted may hold anything.
        form: The encoding.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    with open_text(path, newline="\n", encoding=form.encoding) as stream:
        first_line = stream.readline()
        check_not_empty(path, first_line)
        if not first_line.lstrip().startswith("{"):
            check_text(path, first_line, form.encoding, setting_beside(wanted.setting, "encoding"))
        yield from rows_of_objects(path, _parsed(first_line, stream), wanted)


def rows_of_objects(
    path: str, objects: Iterable[tuple[int, object | RowError]], wanted: WantedColumns
) -> Iterator[Row | Reject]:
    """Turns nested objects into rows, and refuses a file none of whose objects has a required column.

    Args:
        path: The file.
        objects: Each object with its line, or why it could not be read.
        wanted: The columns to read.
    """
    missing, found = set(wanted.required), dict[str, None]()
    any_object = False
    for line, values in objects:
        try:
            if isinstance(values, RowError):
                raise values
            if not isinstance(values, dict):
                raise RowError(
                    "unparsable JSON", f"the line holds no object but a value of type {type(values).__name__}"
                )
            row = wanted.of(values)
            if missing or not any_object:
                found.update(dict.fromkeys(paths_of(values)))
                missing -= found.keys()
            any_object = True
        except RecursionError as error:
            yield Reject(path, line, "unparsable JSON", str(error))
        except RowError as error:
            yield Reject(path, line, error.reason, error.detail)
        else:
            yield Row(line, row)
    if any_object:
        check_columns(path, list(found), wanted.required, wanted.setting)


def _parsed(first_line: str, others: Iterable[str]) -> Iterator[tuple[int, object | RowError]]:
    if first_line.strip():
        yield 1, _parse(first_line.strip())
    for line, text in enumerate(others, start=2):
        text = text.strip()
        if text:
            yield line, _parse(text)


def _parse(text: str) -> object | RowError:
    if "\x00" in text:
        return RowError("NUL byte", "the line holds a NUL byte")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        return RowError("unparsable JSON", str(error))
