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
    """

    file: str
    line: int
    reason: str
    detail: str

    def __str__(self) -> str:
        """The reject in the format of a compiler error: `file:line: reason: detail`."""
        return f"{self.file}:{self.line}: {self.reason}: {self.detail}"

    def to_json(self) -> str:
        """The reject as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)


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
