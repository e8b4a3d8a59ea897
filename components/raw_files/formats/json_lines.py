"""Reads files with one JSON object per line."""

import itertools
import json
from collections.abc import Iterable, Iterator

from components.raw_files.file_format import FileFormat, setting_beside
from components.raw_files.file_parts import FilePart
from components.raw_files.formats.delimited import check_columns
from components.raw_files.refusal import Reject
from components.raw_files.row import Row, RowError
from components.raw_files.text_file import check_not_empty, check_text, open_text, open_text_part
from components.raw_files.wanted_columns import WantedColumns, paths_of


def read_json_lines(
    path: str, wanted: WantedColumns, form: FileFormat, part: FilePart | None = None
) -> Iterator[Row | Reject]:
    """Reads a JSON-lines file row by row. Empty lines are skipped.

    Args:
        path: The file.
        wanted: The columns to read. At least one object must have the required ones; the adapter decides which names
            each row needs. Columns that are not wanted may hold anything.
        form: The encoding.
        part: The part to read; None for all. In a part, no object needs to have the required columns.

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
        if part is None:
            yield from rows_of_objects(path, _parsed(itertools.chain([first_line], stream), 0), wanted)
            return
    with open_text_part(path, part.start, part.end, "\n", form.encoding) as stream:
        yield from rows_of_objects(path, _parsed(stream, part.lines_before), wanted, is_whole=False)


def rows_of_objects(
    path: str, objects: Iterable[tuple[int, object | RowError]], wanted: WantedColumns, is_whole: bool = True
) -> Iterator[Row | Reject]:
    """Turns nested objects into rows, and refuses a file none of whose objects has a required column.

    Args:
        path: The file.
        objects: Each object with its line, or why it could not be read.
        wanted: The columns to read.
        is_whole: Whether these are all objects of the file. If not, a required column may be missing from all of them.
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
    if any_object and is_whole:
        check_columns(path, list(found), wanted.required, wanted.setting)


def _parsed(lines: Iterable[str], lines_before: int) -> Iterator[tuple[int, object | RowError]]:
    for line, text in enumerate(lines, start=lines_before + 1):
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
