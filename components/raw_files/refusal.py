"""What is refused: a row, or the input as a whole."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


class DataError(Exception):
    """Input that cannot be used. The message names the file, what is wrong and what would mend it."""


@dataclass(frozen=True, order=True)
class Reject:
    """One refused row.

    Attributes:
        file: Where it stands.
        line: Its line, the first line of the file being 1 (in Parquet: its row, from 1).
        reason: A short fixed name, such as `missing user`; rejects are counted by it.
        detail: What was found, and what would have been right.
    """

    file: str
    line: int
    reason: str
    detail: str

    def __str__(self) -> str:
        """The reject as compilers name errors."""
        return f"{self.file}:{self.line}: {self.reason}: {self.detail}"

    def to_json(self) -> str:
        """The reject as one line of JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)


def describe(reasons: Mapping[str, int]) -> str:
    """Lists reasons with their counts, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{reason} ({count})" for reason, count in ordered)


def check_share(
    kind: str, rows: int, reasons: Mapping[str, int], first: Sequence[Reject], most: float, rejects_file: str
) -> None:
    """Fails when too many rows were refused.

    Args:
        kind: What the rows are, `event` or `item`.
        rows: How many rows were read, refused ones among them.
        reasons: How many rows were refused, by reason.
        first: The first few refused rows.
        most: The largest share of refused rows that is let pass.
        rejects_file: Where all refused rows are written down.

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
