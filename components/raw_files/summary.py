"""The summary of a run over raw files: written by its Beam pipeline, read by whoever started it."""

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
    """What a run read and made.

    Attributes:
        reports: What became of the rows, by their kind.
        counts: How many of each thing were made.
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
            reports[kind] = ReadingReport(each["rows"], each["reasons"], first, tuple(each["failures"]))
        return cls(reports, values["counts"])


def write_summary(directory: str, rejects: Any, reports: Mapping[str, Any], counts: Any) -> None:
    """Adds to a pipeline the writing of all refused rows and of the summary.

    Args:
        directory: Where to write.
        rejects: Collection of the refused rows.
        reports: For each kind of row a collection of one ReadingReport.
        counts: Collection of (name, number); numbers of one name are added up.
    """
    _ = (
        rejects
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
