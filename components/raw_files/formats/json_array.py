"""Reads JSON files that hold one array of objects."""

import json
import re
from collections.abc import Iterator
from typing import Final, TextIO

from components.raw_files.file_format import FileFormat
from components.raw_files.formats.json_lines import read_json_lines, rows_of_objects
from components.raw_files.refusal import DataError, Reject
from components.raw_files.row import Row, RowError
from components.raw_files.text_file import open_text
from components.raw_files.wanted_columns import WantedColumns

_BLOCK: Final = 1 << 18
"""How many characters are read at once."""
_LARGEST: Final = 1 << 24
"""An element with more characters counts as broken."""
_NEAR_END: Final = 64
"""A number, a word or an escape that the end of a block cuts is shorter than this."""
_SPACE: Final = re.compile(r"\s*")
_COMMA: Final = re.compile(r"\s*,?\s*")


def read_json(path: str, wanted: WantedColumns, form: FileFormat) -> Iterator[Row | Reject]:
    """Reads a JSON file: one array of objects, or else objects line by line as `read_json_lines` does.

    The array is read element by element; it need not fit into memory. A row's line is that on which its object begins.

    Args:
        path: The file.
        wanted: The columns to read.
        form: The encoding.

    Yields:
        A Row or a Reject for each object, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used, such as for a broken element, behind which nothing can be read.
    """
    with open_text(path, newline="\n", encoding=form.encoding) as stream:
        line, start = 1, ""
        while not start and (block := stream.read(_BLOCK)):
            start = block.lstrip()
            line += block[: len(block) - len(start)].count("\n")
        if start.startswith("["):
            yield from rows_of_objects(path, _elements(path, stream, start[1:], line), wanted)
            return
    yield from read_json_lines(path, wanted, form)


def _elements(path: str, stream: TextIO, text: str, line: int) -> Iterator[tuple[int, object | RowError]]:
    decoder, at, is_end = json.JSONDecoder(), 0, False
    while True:
        start = _end_of(_SPACE, text, at)
        if text[start : start + 1] == "]":
            return
        line, at = line + text.count("\n", at, start), start
        error: Exception | None = None
        after = 0
        try:
            value, end = decoder.raw_decode(text, at)
        except json.JSONDecodeError as broken:
            error, is_cut = broken, broken.pos > len(text) - _NEAR_END or "Unterminated" in broken.msg
        except RecursionError as broken:
            error, is_cut = broken, False
        else:
            after = _end_of(_COMMA, text, end)
            # A number at the end of a block may go on in the next, and the comma may stand there.
            is_cut = end > len(text) - _NEAR_END or after == len(text)
        if is_cut and not is_end and len(text) - at < _LARGEST:
            block = stream.read(_BLOCK)
            text, at, is_end = text[at:] + block, 0, not block
            continue
        if error is not None:
            raise DataError(
                f"{path}:{line}: the array holds a broken element, and nothing behind it can be read: {error}. Mend "
                "it, or write one object a line, of which a broken one spoils itself alone."
            )
        yield line, value
        if text[after : after + 1] != "]" and "," not in text[end:after]:
            line += text.count("\n", at, after)
            raise DataError(f"{path}:{line}: the array is cut short, or holds no comma between two elements.")
        line, at = line + text.count("\n", at, after), after


def _end_of(pattern: re.Pattern[str], text: str, start: int) -> int:
    match = pattern.match(text, start)
    assert match is not None, "it matches the empty text too"
    return match.end()
