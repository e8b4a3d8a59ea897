"""Samples the first rows of a file as columns of text, and describes their values."""

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from components.own_log.guess.file_form import FileForm, file_form, read_form
from components.own_log.guess.time_formats import TimeFormat, time_format
from components.raw_files.refusal import DataError, Reject

SAMPLE_ROWS: Final = 20_000
_FEW: Final = 50
_LOOKED_AT: Final = 1000


@dataclass(frozen=True)
class Column:
    """A column of the sample.

    Attributes:
        name: Its name.
        values: The value of each row, as text without surrounding spaces.
    """

    name: str
    values: Sequence[str]

    @cached_property
    def filled(self) -> Sequence[str]:
        """The values that are not empty."""
        return [value for value in self.values if value]

    @cached_property
    def distinct(self) -> set[str]:
        """The different values that are not empty."""
        return set(self.filled)

    @cached_property
    def time(self) -> TimeFormat | None:
        """The format of its times; None if its values are no times."""
        return time_format(self.filled[:_LOOKED_AT])

    @property
    def is_filled(self) -> bool:
        """Whether most rows have a value."""
        return len(self.filled) > len(self.values) / 2

    @property
    def has_few_values(self) -> bool:
        """Whether it has so few values that they may be categories rather than ids or texts."""
        return 0 < len(self.distinct) <= _FEW

    @property
    def is_flag(self) -> bool:
        """Whether it holds only 0 and 1."""
        return bool(self.distinct) and self.distinct <= {"0", "1"}

    @property
    def has_words(self) -> bool:
        """Whether most of its values have letters, and so may be texts."""
        looked_at = self.filled[:_LOOKED_AT]
        return bool(looked_at) and sum(bool(re.search(r"[^\W\d_]{2}", value)) for value in looked_at) > (
            len(looked_at) / 2
        )

    @property
    def is_text(self) -> bool:
        """Whether values have several words, or letters of a script without spaces."""
        looked_at = self.filled[:_LOOKED_AT]
        several = sum(bool(re.search(r"[^\W\d_]\s+\w|[\u3040-\u9fff\u0e00-\u0e7f]", value)) for value in looked_at)
        return several > len(looked_at) / 10


@dataclass(frozen=True)
class SampledColumns:
    """The first rows of a file.

    Attributes:
        form: How it is read.
        columns: Its columns by name, in their order.
        rows: How many rows were read.
        refused: How many rows could not be read.
        whole: Whether the file has no further rows.
    """

    form: FileForm
    columns: Mapping[str, Column]
    rows: int
    refused: int
    whole: bool

    def row(self, place: int) -> dict[str, str]:
        """One row; the first is row 0."""
        return {name: column.values[place] for name, column in self.columns.items()}


def as_text(value: object) -> str:
    """A value as a run reads it: text without surrounding spaces."""
    return "" if value is None else str(value).strip()


def sample(path: str, rows: int = SAMPLE_ROWS) -> SampledColumns:
    """Reads the first rows of a file of any form.

    Raises:
        DataError: It cannot be opened, its form is unknown, or it has no row.
    """
    form = file_form(path)
    read = list(itertools.islice(read_form(form), rows + 1))
    good = [row.values for row in read[:rows] if not isinstance(row, Reject)]
    if not good:
        why = f" The first line says: {read[0]}" if read else " It has a header and nothing below it."
        raise DataError(f"{path}: none of its rows can be read.{why}")
    names = list(dict.fromkeys(name for values in good for name in values))
    columns = {name: Column(name, [as_text(values.get(name)) for values in good]) for name in names}
    return SampledColumns(form, columns, len(good), len(read[:rows]) - len(good), len(read) <= rows)
