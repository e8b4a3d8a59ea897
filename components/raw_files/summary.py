"""The summary of a run over raw files. The run's Beam pipeline writes it, and its caller reads it."""

import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
from apache_beam.io.filesystems import FileSystems

from components.raw_files.read_files import ReadingReport
from components.raw_files.refusal import Reject
from components.raw_files.text_file import open_text

_SUMMARY_FILE = "summary.json"
_REJECTS_PREFIX = "rejects"


@dataclass(frozen=True)
class Summary:
    """What a run read and produced.

    Attributes:
        reports: The report for each kind of row.
        counts: Name to number, such as how many users there are or how many examples a split has.
    """

    reports: dict[str, ReadingReport]
    counts: dict[str, int]

    def to_json(self) -> str:
        """The summary as JSON."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "Summary":
        """Reads what `to_json` wrote."""
        values = json.loads(text)
        reports = {}
        for kind, each in values["reports"].items():
            first = tuple(Reject(**reject) for reject in each["first"])
            converted = {reason: (count, one) for reason, (count, one) in each["converted"].items()}
            failures = tuple(each["failures"])
            reports[kind] = ReadingReport(each["rows"], each["reasons"], first, failures, each["left_out"], converted)
        return cls(reports, values["counts"])


def write_summary(directory: str, rejects: Any, reports: Mapping[str, Any], counts: Any) -> None:
    """Adds steps to a pipeline that write all refused rows and the summary.

    Args:
        directory: The directory to write to.
        rejects: A collection of refused rows, and of reports, which are not written.
        reports: A collection of one ReadingReport for each kind of row.
        counts: A collection of (name, number). Numbers with the same name are added up.
    """
    _ = (
        rejects
        | "RefusedRows" >> beam.Filter(lambda each: isinstance(each, Reject))
        | "RejectLines" >> beam.Map(Reject.to_json)
        | "WriteRejects" >> beam.io.WriteToText(os.path.join(directory, _REJECTS_PREFIX), file_name_suffix=".jsonl")
    )
    kinds = {kind: beam.pvalue.AsSingleton(each) for kind, each in reports.items()}
    totals = counts | "Totals" >> beam.CombinePerKey(sum)  # type: ignore[arg-type]
    _ = (
        rejects.pipeline
        | "Once" >> beam.Create([directory])
        | "WriteSummary" >> beam.Map(_write, beam.pvalue.AsDict(totals), **kinds)
    )


def read_summary(directory: str) -> Summary:
    """Reads the summary that a pipeline wrote."""
    with open_text(os.path.join(directory, _SUMMARY_FILE), newline="\n") as stream:
        return Summary.from_json(stream.read())


def _write(directory: str, counts: Mapping[str, int], **reports: ReadingReport) -> None:
    with FileSystems.create(os.path.join(directory, _SUMMARY_FILE)) as stream:
        stream.write(Summary(reports, dict(counts)).to_json().encode("utf-8"))
