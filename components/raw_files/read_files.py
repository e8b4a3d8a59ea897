"""Reads many files on Beam, and reports how many rows were read and how many were refused."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from components.progress import Progress
from components.raw_files.refusal import DataError, Reject, check_share

ReadFile = Callable[[str], Iterator[tuple[int, Any] | Reject]]
"""Reads one file and yields (line, record) or a Reject for each row, in the file's order."""

REJECTS = "rejects"
FAILURES = "failures"
_FIRST = 5
_TOLD_ROWS = 500
"""Progress is reported once for this many rows."""


@dataclass(frozen=True)
class ReadingReport:
    """How many rows of one kind were read and refused.

    Attributes:
        rows: The number of rows that were read, including refused ones.
        reasons: The number of refused rows for each reason.
        first: The first few refused rows.
        failures: The first few messages about other problems, such as files that cannot be read at all.
    """

    rows: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    first: tuple[Reject, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def rejects(self) -> int:
        """The number of refused rows."""
        return sum(self.reasons.values())

    def __add__(self, other: "ReadingReport") -> "ReadingReport":
        """Adds up two reports."""
        reasons = {
            reason: self.reasons.get(reason, 0) + other.reasons.get(reason, 0)
            for reason in sorted({*self.reasons, *other.reasons})
        }
        first = tuple(sorted(self.first + other.first)[:_FIRST])
        failures = tuple(sorted({*self.failures, *other.failures})[:_FIRST])
        return ReadingReport(self.rows + other.rows, reasons, first, failures)

    def check(self, kind: str, setting: str, max_reject_share: float, rejects_dir: str) -> None:
        """Fails if the rows are not good enough to continue.

        Args:
            kind: What a row holds: `event`, `item`, `user` or `candidate`.
            setting: The setting that names the files, for error messages.
            max_reject_share: The largest share of refused rows that is accepted.
            rejects_dir: The directory that holds all refused rows, for error messages.

        Raises:
            DataError: A file cannot be used, there is no row at all, or too many rows were refused.
        """
        if self.failures:
            raise DataError("\n".join(self.failures))
        if not self.rows:
            raise DataError(f"{setting}: holds no {kind}s. The files have a header and nothing below it.")
        check_share(kind, self.rows, self.reasons, self.first, max_reject_share, rejects_dir)


class ReadFiles(beam.PTransform):
    """Reads files in parallel; each file is read by one worker.

    Yields three collections. The main one, `None`, holds (file, line, record), where file is the index of the path in
    `paths`. `rejects` holds a Reject for each refused row, `failures` a message for each file that cannot be read.
    """

    def __init__(self, paths: Sequence[str], read: ReadFile):
        super().__init__()
        self._paths = paths
        self._read = read

    def expand(self, pipeline: beam.Pipeline) -> Any:
        """Adds the reading to the pipeline."""
        return (
            pipeline
            | "Files" >> beam.Create(list(enumerate(self._paths)))
            | "Read" >> beam.ParDo(_ReadFile(self._read)).with_outputs(REJECTS, FAILURES, main=None)
        )


class _ReadFile(beam.DoFn):
    def __init__(self, read: ReadFile):
        self._read = read

    def process(self, element: tuple[int, str]) -> Iterable[Any]:
        file, path = element
        read = Progress("rows read")
        try:
            for place, each in enumerate(self._read(path), start=1):
                if place % _TOLD_ROWS == 0:
                    read.advance(_TOLD_ROWS)
                if isinstance(each, Reject):
                    yield beam.pvalue.TaggedOutput(REJECTS, each)
                else:
                    line, record = each
                    yield file, line, record
        except DataError as error:
            yield beam.pvalue.TaggedOutput(FAILURES, str(error))


class CombineReport(beam.CombineFn):
    """Combines observations into one report: a Reject, a message about a whole file, or a report of many rows."""

    def create_accumulator(self) -> ReadingReport:
        """An empty report."""
        return ReadingReport()

    def add_input(self, mutable_accumulator: ReadingReport, element: Reject | str | ReadingReport) -> ReadingReport:
        """Adds one observation."""
        if isinstance(element, Reject):
            return mutable_accumulator + ReadingReport(1, {element.reason: 1}, (element,))
        if isinstance(element, ReadingReport):
            return mutable_accumulator + element
        return mutable_accumulator + ReadingReport(failures=(element,))

    def merge_accumulators(self, accumulators: Iterable[ReadingReport]) -> ReadingReport:
        """Adds reports up."""
        return sum(accumulators, ReadingReport())

    def extract_output(self, accumulator: ReadingReport) -> ReadingReport:
        """The report itself."""
        return accumulator


class _CountRows(beam.DoFn):
    """Counts the good rows of a bundle and emits one report for the bundle.

    Nearly all rows are good, so emitting an element for each of them would be slow.
    """

    def start_bundle(self) -> None:
        self._rows = 0

    def process(self, element: Any) -> None:
        self._rows += 1

    def finish_bundle(self) -> Iterable[WindowedValue]:
        yield GlobalWindows.windowed_value(ReadingReport(self._rows))


def report(name: str, records: Any, rejects: Any, failures: Any) -> Any:
    """Combines the three collections that `ReadFiles` yields into a collection of one ReadingReport."""
    rows = records | f"{name}Rows" >> beam.ParDo(_CountRows())
    return (
        (rows, rejects, failures)
        | f"{name}Observations" >> beam.Flatten()
        | f"{name}Report" >> beam.CombineGlobally(CombineReport())
    )
