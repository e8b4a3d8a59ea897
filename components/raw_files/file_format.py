"""FileFormat: how files are written, where their names and first bytes do not say it."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

AUTO: Final = "auto"
CSV: Final = "csv"
TSV: Final = "tsv"
JSON_LINES: Final = "json_lines"
JSON: Final = "json"
PARQUET: Final = "parquet"
AVRO: Final = "avro"
FORMATS: Final = (AUTO, CSV, TSV, JSON_LINES, JSON, PARQUET, AVRO)
NO_QUOTES: Final = "none"
SIGNS: Final[Mapping[str, str]] = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "space": " ", "\\t": "\t"}
"""Names of delimiters. A shell's `--set data.delimiter='\\t'` hands over a backslash and a letter."""
_TEXT: Final = (AUTO, CSV, TSV)


@dataclass(frozen=True, kw_only=True)
class FormatSettings:
    """The settings that say how files are written, for every section of a configuration that has them.

    Attributes:
        format: `auto`, `csv`, `tsv`, `json_lines`, `json` (objects line by line, or one array of them), `parquet`
            or `avro`. `auto`: by the ending `.csv`, `.tsv`, `.jsonl`, `.ndjson`, `.json`, `.parquet` or `.avro`; with
            another ending, or none, Parquet, Avro and JSON are known by their first bytes.
        delimiter: What divides the values of CSV or TSV: one sign, several (`::`), or one of the words comma,
            semicolon, tab, pipe, space. Empty: a comma in CSV, a tab in TSV.
        quote: The quotation mark of CSV or TSV, or `none`. Empty: `"` in CSV, none in TSV or between several signs.
        encoding: The encoding of text by its name in Python, such as `utf-16`, `cp1252`, `gb18030` or `shift_jis`.
            Empty: UTF-8, or UTF-16 or UTF-32 if the file begins with their byte order mark.
        header: Whether the first line of CSV or TSV names the columns.
        column_names: The names of the columns, in their order, for files without a header. Empty: `column_1`,
            `column_2` and so on.
    """

    format: str = AUTO
    delimiter: str = ""
    quote: str = ""
    encoding: str = ""
    header: bool = True
    column_names: tuple[str, ...] = ()

    @property
    def form(self) -> "FileFormat":
        """These settings alone."""
        return FileFormat(**{each.name: getattr(self, each.name) for each in dataclasses.fields(FormatSettings)})


@dataclass(frozen=True, kw_only=True)
class FileFormat(FormatSettings):
    """How files are written. What is not said is found by the ending of a file's name, then by its first bytes.

    Compression is told by a file's first bytes alone.
    """

    def __post_init__(self) -> None:
        """Refuses what is unknown, and what means nothing.

        Raises:
            ValueError: The message names the field.
        """
        if self.format not in FORMATS:
            raise ValueError(f"`format` should be one of {', '.join(FORMATS)}. Received: format={self.format!r}")
        if self.delimiter and not _divides(self.sign):
            raise ValueError(
                f"`delimiter` should be a sign such as ; or |, several such as ::, or one of "
                f"{', '.join(list(SIGNS)[:-1])}. Received: delimiter={self.delimiter!r}"
            )
        if self.quote not in ("", NO_QUOTES) and (len(self.quote) > 1 or not _divides(self.quote)):
            raise ValueError(f"`quote` should be one sign, or {NO_QUOTES}. Received: quote={self.quote!r}")
        if self.quotation and self.delimiter and self.quotation in self.sign:
            raise ValueError(f"`quote` and `delimiter` should differ. Received: {self.quote!r} and {self.delimiter!r}")
        if self.quote not in ("", NO_QUOTES) and len(self.sign) > 1:
            raise ValueError(
                "`quote` should be empty where `delimiter` has several signs: between them, quotation marks are "
                f"characters like others. Received: quote={self.quote!r}, delimiter={self.delimiter!r}"
            )
        if self.encoding:
            try:
                "".encode(self.encoding)
            except (LookupError, ValueError):
                raise ValueError(
                    "`encoding` should be the name of a text encoding, such as utf-8, utf-16, latin-1, cp1252, gb18030 "
                    f"or shift_jis. Received: encoding={self.encoding!r}"
                ) from None
        if self.column_names and self.header:
            raise ValueError(
                "`column_names` is for files without a header: set `header: false`, or leave it out. Received: "
                f"column_names={list(self.column_names)}"
            )
        if len(set(self.column_names)) < len(self.column_names):
            raise ValueError(f"`column_names` should differ. Received: column_names={list(self.column_names)}")
        divided = {"delimiter": self.delimiter, "quote": self.quote, "header: false": not self.header}
        useless = [name for name, is_set in divided.items() if is_set]
        if useless and self.format not in _TEXT:
            raise ValueError(f"`{useless[0]}` is for CSV and TSV alone. Received: format={self.format!r}")

    @property
    def sign(self) -> str:
        """What divides values: the delimiter itself, also where it is configured by its name."""
        if not self.delimiter:
            return "\t" if self.format == TSV else ","
        return SIGNS.get(self.delimiter, self.delimiter)

    @property
    def quotation(self) -> str:
        """The quotation mark; empty if there is none."""
        if self.quote:
            return "" if self.quote == NO_QUOTES else self.quote
        return "" if self.format == TSV or len(self.sign) > 1 else '"'


def setting_beside(columns: str, name: str) -> str:
    """The full name of a field of FileFormat, for error messages.

    Args:
        columns: The setting that maps the columns of the same files, such as `data.columns` or `data.item_columns`.
        name: The field.
    """
    section = columns.removesuffix("columns") or "data."
    return f"{section}files.{name}" if section.endswith("_") else f"{section}{name}"


def _divides(sign: str) -> bool:
    return not any(each.isalnum() or each in "\r\n" for each in sign)
