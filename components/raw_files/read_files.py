"""Reads many files on Beam, and reports how many rows were read and how many were refused."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows
from apache_beam.utils.windowed_value import WindowedValue

from components.progress import Progress
from components.raw_files.file_parts import FilePart
from components.raw_files.refusal import Converted, DataError, Reject, check_share, describe
from components.raw_files.row import RecordBatch

ReadFile = Callable[..., Iterator[tuple[int, Any] | Reject]]
"""Reads one file and yields (line, record) or a Reject for each row, in the file's order. A RecordBatch stands for the
records of many rows, its line is that of the first.

It is called with the path, and with `part=` if the file is divided."""
Divide = Callable[[str], list[FilePart]]
"""Divides a file into parts; into none if it has to be read as a whole."""

REJECTS = "rejects"
FAILURES = "failures"
_FIRST = 5
_REASONS = 30
_OTHERS = "other values"
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
        left_out: The number of rows for each reason that the configuration says to leave out.
        converted: What was read otherwise than it is written: the number of values, and one of them, for each reason.
    """

    rows: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    first: tuple[Reject, ...] = ()
    failures: tuple[str, ...] = ()
    left_out: dict[str, int] = field(default_factory=dict)
    converted: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def rejects(self) -> int:
        """The number of refused rows."""
        return sum(self.reasons.values())

    def __add__(self, other: "ReadingReport") -> "ReadingReport":
        """Adds up two reports."""
        reasons = _added(self.reasons, other.reasons)
        left_out = _most_frequent(_added(self.left_out, other.left_out))
        converted = {
            reason: (
                self.converted.get(reason, (0, ""))[0] + other.converted.get(reason, (0, ""))[0],
                min(each.converted[reason][1] for each in (self, other) if reason in each.converted),
            )
            for reason in sorted({*self.converted, *other.converted})
        }
        first = tuple(sorted(self.first + other.first)[:_FIRST])
        failures = tuple(sorted({*self.failures, *other.failures})[:_FIRST])
        return ReadingReport(self.rows + other.rows, reasons, first, failures, left_out, converted)

    @property
    def told(self) -> list[str]:
        """What is not refused and should be known all the same, one sentence each."""
        sentences = []
        if self.left_out:
            sentences.append(
                f"{sum(self.left_out.values()):,} of {self.rows:,} rows left out as data.columns says: "
                f"{describe(self.left_out)}"
            )
        return sentences + [f"{reason}: {count:,}, such as {one}" for reason, (count, one) in self.converted.items()]

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
        rows = self.rows - sum(self.left_out.values())
        if not rows:
            raise DataError(
                f"{setting}: all {self.rows:,} rows are left out: {describe(self.left_out)}. Do "
                "data.columns.surface_values, label_values and weight_values name the log's values?"
            )
        check_share(kind, rows, self.reasons, self.first, max_reject_share, rejects_dir)


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {reason: one.get(reason, 0) + other.get(reason, 0) for reason in sorted({*one, *other})}


def _most_frequent(counts: dict[str, int]) -> dict[str, int]:
    """At most so many reasons, because a column may hold any number of values; the others are counted together."""
    if len(counts) <= _REASONS:
        return counts
    ordered = sorted(counts.items(), key=lambda each: (each[0] == _OTHERS, -each[1], each[0]))
    kept = dict(ordered[: _REASONS - 1])
    return kept | {_OTHERS: sum(count for _, count in ordered[_REASONS - 1 :])}


class ReadFiles(beam.PTransform):
    """Reads files in parallel; each file, or each part of a large one, is read by one worker.

    Yields three collections. The main one, `None`, holds (file, line, record), where file is the index of the path in
    `paths`, and a RecordBatch stands for many records. `rejects` holds a Reject for each refused row and a
    ReadingReport for each file with rows that are left out, or with values that were converted. `failures` holds a
    message for each file that cannot be read.
    """

    def __init__(self, paths: Sequence[str], read: ReadFile, divide: Divide | None = None):
        super().__init__()
        self._paths = paths
        self._read = read
        self._divide = divide

    def expand(self, pipeline: beam.Pipeline) -> Any:
        """Adds the reading to the pipeline."""
        return (
            pipeline
            | "Files" >> beam.Create(list(enumerate(self._paths)))
            | "Parts" >> beam.FlatMap(_parts, self._divide)
            | "OverWorkers" >> beam.Reshuffle()
            | "Read" >> beam.ParDo(_ReadFile(self._read)).with_outputs(REJECTS, FAILURES, main=None)
        )


def _parts(numbered: tuple[int, str], divide: Any) -> Iterable[tuple[int, str, Any]]:
    """Each part of a file with the file's number and path; the part None is the whole file."""
    file, path = numbered
    try:
        parts: Sequence[FilePart | None] = divide(path) if divide else ()
    except DataError:
        parts = ()  # Whoever reads the file says so.
    return [(file, path, part) for part in parts or (None,)]


class _ReadFile(beam.DoFn):
    def __init__(self, read: ReadFile):
        self._read = read

    def process(self, element: tuple[int, str, Any]) -> Iterable[Any]:
        file, path, part = element
        read = Progress("rows read")
        left_out: Counter[str] = Counter()
        converted: dict[str, tuple[int, str]] = {}
        try:
            rows = self._read(path) if part is None else self._read(path, part=part)
            untold = 0
            for each in rows:
                untold += len(each[1]) if not isinstance(each, Reject) and isinstance(each[1], RecordBatch) else 1
                if untold >= _TOLD_ROWS:
                    read.advance(untold)
                    untold = 0
                if isinstance(each, Converted):
                    times, one = converted.get(each.reason, (0, each.detail))
                    converted[each.reason] = times + each.times, one
                elif isinstance(each, Reject) and each.as_told:
                    left_out[each.reason] += 1
                elif isinstance(each, Reject):
                    yield beam.pvalue.TaggedOutput(REJECTS, each)
                else:
                    line, record = each
                    yield file, line, record
        except DataError as error:
            yield beam.pvalue.TaggedOutput(FAILURES, str(error))
        if left_out or converted:
            told = ReadingReport(left_out.total(), left_out=_most_frequent(dict(left_out)), converted=converted)
            yield beam.pvalue.TaggedOutput(REJECTS, told)


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
        record = element[-1] if isinstance(element, tuple) else element
        self._rows += len(record) if isinstance(record, RecordBatch) else 1

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
