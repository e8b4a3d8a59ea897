"""Check a log before a run: what its first rows would become, what looks wrong, and whether Beam's engine is there.

Each finding names the file, the row and the mend. An error makes a run fail, or learn nonsense; a warning makes its
model worse. Neither TensorFlow nor TFX is needed. What the engine lacks that `beam` names is an error, too.

    tandem check my.yaml
    tandem check my.yaml --rows 0       # all rows, and the examples that the whole log gives
    tandem check my.yaml --json         # for programs; the exit code is 1 if there is an error
"""

import argparse
import dataclasses
import json
import time
from collections.abc import Iterator

from components.own_log.findings.log_check import LogCheck, check_log
from components.own_log.findings.log_finding import LogFinding, Severity, worst_first
from components.own_log.findings.refused_rows import FileReading
from components.sources.event_time import day
from schemas.canonical_event import Surface
from tfx_pipeline.cli.own_log import reading_progress
from tfx_pipeline.cli.parsing import config_arguments
from tfx_pipeline.cli.running import preflight
from tfx_pipeline.console.exit_code import ExitCode

_MARKS = {Severity.ERROR: "ERROR  ", Severity.WARNING: "warning", Severity.NOTE: "note   "}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options."""
    parser.add_argument("file", nargs="?", metavar="CONFIG", help="the configuration, as --config names it")
    config_arguments.add(parser)
    parser.add_argument(
        "--rows",
        type=_from_0,
        default=1000,
        metavar="N",
        help="rows of each file that are read; 0 for all (%(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(args: argparse.Namespace) -> int:
    """Checks and prints; 1 if there is an error, else 0."""
    if args.file:
        args.config = args.file
    config = config_arguments.load(args)
    now_ms = round(time.time() * 1000)
    found = check_log(config.data, now_ms, args.rows, config.train.surfaces, reading_progress.show)
    reading_progress.clear()
    lacks = [LogFinding("beam", Severity.ERROR, each, field="beam") for each in preflight.beam(config)]
    found = dataclasses.replace(found, findings=worst_first([*lacks, *found.findings]))
    print(json.dumps(found.as_dict(), indent=2, ensure_ascii=False) if args.json else text(found, args.rows))
    return ExitCode.OK if found.is_good else ExitCode.FAILED


def text(found: LogCheck, rows: int) -> str:
    """Formats for people what was found."""
    return "\n".join([*_files(found), *_events(found), *_examples(found, rows), "", *_findings(found)])


def _files(found: LogCheck) -> Iterator[str]:
    for reading in found.files:
        how_many = f"{reading.rows:,} {reading.kind}s"
        if not reading.whole:
            how_many = f"the first {how_many}"
        yield f"{reading.file}: {how_many}, {_refused(reading)}"


def _refused(reading: FileReading) -> str:
    if not reading.refused:
        return "all can be used"
    reasons = ", ".join(f"{reason} {count:,}" for reason, count in reading.reasons.most_common())
    return f"{reading.refused:,} refused ({reasons})"


def _events(found: LogCheck) -> Iterator[str]:
    tally = found.tally
    if not tally.events:
        return
    surfaces = ", ".join(f"{tally.by_surface[surface]:,} {surface.value}" for surface in Surface)
    yield (
        f"Events: {surfaces}; {tally.engaged.total():,} engagements, {tally.shown:,} only shown, "
        f"{tally.without_click:,} searches without a click."
    )
    yield (
        f"They are of {len(tally.users):,} users and {len(tally.items):,} items, from {day(tally.earliest_ms)} to "
        f"{day(tally.latest_ms)}."
    )
    if tally.engaged_again:
        share = f"{tally.share_engaged_again:.0%}"
        yield f"{tally.engaged_again:,} engagements ({share}) are with an item that the user engaged with before."
    if tally.weights:
        least, largest = tally.weights
        actions = "".join(f", {count:,} {name}" for name, count in tally.counts_of_actions.items())
        yield f"Engagements weigh {least:g} to {largest:g}{actions.replace(',', ':', 1)}."


def _examples(found: LogCheck, rows: int) -> Iterator[str]:
    if not found.tally.events:
        return
    told = "; ".join(
        f"{split} " + ", ".join(f"{count:,} {surface.value}" for surface, count in counts.items())
        for split, counts in found.tally.examples.items()
    )
    if found.whole:
        yield f"Examples: {told}."
    else:
        yield f"Examples of the rows that were read: {told}."
        yield f"What users did after the first {rows:,} rows is not in that: --rows 0 reads all."


def _findings(found: LogCheck) -> Iterator[str]:
    for finding in found.findings:
        yield f"{_MARKS[finding.severity]}  {finding}"
    counts = {
        name: sum(finding.severity is severity for finding in found.findings)
        for severity, name in ((Severity.ERROR, "error"), (Severity.WARNING, "warning"))
    }
    if not any(counts.values()):
        yield "Nothing looks wrong."
        return
    yield " and ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in counts.items() if count) + "."


def _from_0(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"should be at least 0, not {number}")
    return number
