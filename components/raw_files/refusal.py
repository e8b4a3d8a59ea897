"""Refusals: a Reject stands for one row, a DataError for the whole input."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class DataError(Exception):
    """The input cannot be used. The message names the file, what is wrong and how to fix it."""


@dataclass(frozen=True, order=True)
class Reject:
    """One refused row.

    Attributes:
        file: The path of its file.
        line: Its line number, from 1; in Parquet, its row number, from 1.
        reason: A short fixed name, such as `missing user`. Rejects are counted by reason.
        detail: What was found, and what was expected.
        as_told: Whether the configuration says to leave such rows out. They do not count against
            `data.max_reject_share`.
    """

    file: str
    line: int
    reason: str
    detail: str
    as_told: bool = False

    def __str__(self) -> str:
        """The reject in the format of a compiler error: `file:line: reason: detail`."""
        return f"{self.file}:{self.line}: {self.reason}: {self.detail}"

    def to_json(self) -> str:
        """The reject as one line of JSON."""
        values = dataclasses.asdict(self)
        return json.dumps({name: values[name] for name in ("file", "line", "reason", "detail")}, ensure_ascii=False)


@dataclass(frozen=True, order=True)
class Converted(Reject):
    """Values of a row that were read otherwise than they are written. The row was not refused.

    Its detail is the first value and what became of it.

    Attributes:
        times: How many values there are.
    """

    times: int = 0


def is_refused(reject: Reject) -> bool:
    """Whether it stands for a row that cannot be used, and not for one that is left out as told, or for conversions."""
    return not reject.as_told and not isinstance(reject, Converted)


def describe(reasons: Mapping[str, int]) -> str:
    """Lists the reasons with their counts, most frequent first."""
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} ({count})" for reason, count in ordered)


def check_share(
    kind: str, rows: int, reasons: Mapping[str, int], first: Sequence[Reject], most: float, rejects_file: str
) -> None:
    """Fails if too many rows were refused.

    Args:
        kind: What a row holds, such as `event` or `item`.
        rows: The number of rows that were read, including refused ones.
        reasons: The number of refused rows for each reason.
        first: The first few refused rows.
        most: The largest share of refused rows that is accepted.
        rejects_file: Where all refused rows are written, for the error message.

    Raises:
        DataError: The share is larger than `most`.
    """
    refused = sum(reasons.values())
    if refused <= most * rows:
        return
    lines = "".join(f"\n  {reject}" for reject in first)
    raise DataError(
        f"{refused} of {rows} {kind} rows ({refused / rows:.2%}) cannot be used, more than data.max_reject_share = "
        f"{most:.2%} allows. By reason: {describe(reasons)}. The first:{lines}\n"
        f"All are in {rejects_file}. Mend them, or raise data.max_reject_share to go on without them."
    )
