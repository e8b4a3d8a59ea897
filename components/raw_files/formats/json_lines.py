"""Reads files with one JSON object per line."""

import json
from collections.abc import Iterator, Sequence

from components.raw_files.formats.delimited import check_columns
from components.raw_files.refusal import Reject
from components.raw_files.row import Row, RowError, plain_value
from components.raw_files.text_file import check_not_empty, check_text, open_text


def read_json_lines(path: str, required: Sequence[str], setting: str) -> Iterator[Row | Reject]:
    """Reads a JSON-lines file row by row. Empty lines are skipped.

    Args:
        path: The file. It is unpacked if its ending says that it is packed.
        required: Names that at least one object must have. The adapter decides which names each row needs.
        setting: The setting that maps columns, for error messages.

    Yields:
        A Row or a Reject for each row, in the file's order.

    Raises:
        DataError: The file as a whole cannot be used.
    """
    names: dict[str, None] = {}
    with open_text(path, newline="\n") as stream:
        line = 0
        for line, text in enumerate(stream, start=1):
            if line == 1 and not text.lstrip().startswith("{"):
                check_text(path, text)
            text = text.strip()
            if not text:
                continue
            try:
                values = _parse(text)
            except RowError as error:
                yield Reject(path, line, error.reason, error.detail)
                continue
            names.update(dict.fromkeys(values))
            yield Row(line, values)
        if line == 0:
            check_not_empty(path, "")
    if names:
        check_columns(path, list(names), required, setting)


def _parse(text: str) -> dict[str, object]:
    if "\x00" in text:
        raise RowError("NUL byte", "the line holds a NUL byte")
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RowError("unparsable JSON", str(error)) from error
    if not isinstance(values, dict):
        raise RowError("unparsable JSON", f"the line holds no object but a value of type {type(values).__name__}")
    return {name: plain_value(name, value) for name, value in values.items()}
