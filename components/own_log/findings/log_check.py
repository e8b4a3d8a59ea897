"""Reads all files that a configuration names, as a run does, and finds what looks wrong."""

import dataclasses
import itertools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from components.own_log.findings.event_findings import (
    catalogue_findings,
    event_findings,
    repeat_findings,
    time_findings,
)
from components.own_log.findings.event_tally import EventTally
from components.own_log.findings.input_files import (
    input_findings,
    kinds_of_files,
    paths_of,
    reader_of,
    settings_of,
)
from components.own_log.findings.item_findings import (
    ItemTally,
    id_findings,
    item_findings,
    table_findings,
    user_findings,
)
from components.own_log.findings.log_finding import LogFinding, Severity, errors, worst_first
from components.own_log.findings.refused_rows import FileReading, refusal_findings
from components.own_log.findings.text_findings import text_findings
from components.raw_files.refusal import Converted, DataError, Reject
from components.raw_files.row_files import read_rows
from components.sources.adapter import adapter
from components.sources.data_config import GENERIC_SOURCE, POPULARITY, DataConfig
from components.sources.event_rows import EventColumns
from components.sources.event_time import day
from components.sources.joined_tables import JoinedRecords
from schemas.canonical_event import Item, Surface, User

_TABLE_ROWS: Final = 100_000
"""More rows of the tables of items and users are read, because the log's ids are looked up in them."""
_RAW_ROWS: Final = 1000
_BOTH: Final = tuple(surface.value for surface in Surface)


@dataclass
class LogCheck:
    """What was read, and what was found.

    Attributes:
        tally: The counts of the events.
        files: How the rows of each file were read.
        findings: What looks wrong, the worst first.
        table: The table of items.
        users: The users of the tables of users; their values only if there are several tables.
        whole: Whether all events were read.
    """

    tally: EventTally
    files: list[FileReading] = field(default_factory=list)
    findings: list[LogFinding] = field(default_factory=list)
    table: ItemTally = field(default_factory=ItemTally)
    users: JoinedRecords[User] = field(default_factory=JoinedRecords)
    whole: bool = True

    @property
    def is_good(self) -> bool:
        """Whether no finding is an error."""
        return not errors(self.findings)

    def as_dict(self) -> dict[str, Any]:
        """The check as plain values that JSON can hold."""
        tally = self.tally
        return {
            "good": self.is_good,
            "whole": self.whole,
            "files": [each.as_dict() for each in self.files],
            "events": tally.events,
            "users": len(tally.users),
            "items": len(tally.items),
            "by_surface": {surface.value: tally.by_surface[surface] for surface in Surface},
            "engaged": {surface.value: tally.engaged[surface] for surface in Surface},
            "shown": tally.shown,
            "searches_without_click": tally.without_click,
            "engaged_again": tally.engaged_again,
            "weights": list(tally.weights) if tally.weights else None,
            "actions": tally.counts_of_actions,
            "first_day": day(tally.earliest_ms) if tally.events else "",
            "last_day": day(tally.latest_ms) if tally.events else "",
            "examples": {
                split: {surface.value: count for surface, count in counts.items()}
                for split, counts in tally.examples.items()
            },
            "findings": [each.as_dict() for each in self.findings],
        }


def check_log(
    config: DataConfig,
    now_ms: int,
    rows: int = 1000,
    surfaces: Collection[str] = _BOTH,
    progress: Callable[[str, int], None] = lambda path, rows: None,
) -> LogCheck:
    """Reads a log and checks it.

    Args:
        config: The `data` section.
        now_ms: The time of reading, in milliseconds since 1970; later events are refused.
        rows: How many rows of each file are read; 0 for all. More rows of tables are read, for their ids.
        surfaces: The surfaces that are trained on.
        progress: Is called now and then with the file and how many of its rows were read.
    """
    check = LogCheck(EventTally(config))
    check.findings = input_findings(config)
    unusable = {finding.file for finding in check.findings}
    source = adapter(config.source) if config.source and not _unknown(check.findings) else None
    if source is None:
        return check
    files = source.source_files(config)
    # Items come first, because a source without a search log makes its queries from them.
    for _, kind, _ in sorted(kinds_of_files(config), key=lambda each: each[1] != "item"):
        try:
            paths = [path for path in paths_of(files, kind) if path not in unusable]
        except DataError:
            check.whole = check.whole and kind != "event"
            continue  # input_findings has found it.
        for path in paths:
            most = max(rows, _TABLE_ROWS) if kind in ("item", "user") and rows else rows
            check.findings += _shown_by_text(config, kind, path)
            check.files.append(_read(config, kind, path, now_ms, most, check, progress))
    check.whole = check.whole and all(each.whole for each in check.files if each.kind == "event")
    check.table.whole = all(each.whole for each in check.files if each.kind == "item")
    for reading in check.files:
        explained = {each.file for each in check.findings if each.code.startswith("time_in_")}
        section = _columns_of(config, reading)
        check.findings += [
            _of_section(finding, section)
            for finding in refusal_findings(reading, config.max_reject_share)
            if not (reading.file in explained and finding.code in ("early_time", "future_time", "unparsable_time"))
        ]
    found = event_findings(config, check.tally, surfaces, check.whole)
    if any(each.code == "time_in_seconds" for each in check.findings):
        found = [each for each in found if each.code != "time_in_1970"]
    check.findings += found
    check.findings += item_findings(check.table)
    if check.table.whole:
        check.findings += table_findings("item", check.table.joined)
    check.findings += id_findings(check.tally.items, check.table, check.whole, config.max_unknown_share)
    if all(each.whole for each in check.files if each.kind == "user"):
        people = check.tally.users.keys() - check.tally.robots.keys()
        check.findings += user_findings(people, check.users.records, config.max_unknown_share)
        check.findings += table_findings("user", check.users)
    if source.read_candidates is None:
        check.findings += repeat_findings(config, check.tally)
    if check.whole and check.table.whole and source.read_candidates is None and not config.core:
        items = len(check.tally.items | check.table.items.keys())
        if config.negatives == POPULARITY:
            items = len(set().union(*check.tally.engaged_items.values()))
        check.findings += catalogue_findings(config, check.tally, items)
    check.findings = worst_first(check.findings)
    return check


def _unknown(findings: list[LogFinding]) -> bool:
    return any(finding.code == "wrong_source" for finding in findings)


def _shown_by_text(config: DataConfig, kind: str, path: str) -> list[LogFinding]:
    """Finds what the raw rows show before an adapter reads them."""
    if config.source != GENERIC_SOURCE:
        return []
    section, form, columns = settings_of(config, path, kind)
    findings = text_findings(path, form)
    if isinstance(columns, EventColumns):
        rows = itertools.islice(read_rows(path, (), section, form), _RAW_ROWS)
        raw = [row.values for row in rows if not isinstance(row, Reject)]
        alone = dataclasses.replace(config, events=path, last_spans=0, sources=(), columns=columns)
        times = time_findings(alone, path, [str(row.get(columns.timestamp) or "") for row in raw])
        findings += [_of_section(each, section) for each in (*times, *_queries_in_the_feed(alone, path, raw))]
    return findings


def _columns_of(config: DataConfig, reading: FileReading) -> str:
    """The setting that maps the columns of an event file; `data.columns` for all other files."""
    if reading.kind != "event" or config.source != GENERIC_SOURCE:
        return "data.columns"
    return f"{config.event_source_of(reading.file)[0]}columns"


def _of_section(finding: LogFinding, section: str) -> LogFinding:
    """A finding about `data.columns`, with the section that stands for it if there are several logs."""
    told = {name: getattr(finding, name).replace("data.columns", section) for name in ("text", "mend", "field")}
    return dataclasses.replace(finding, **told)


def _queries_in_the_feed(config: DataConfig, path: str, raw: list[Mapping[str, object]]) -> list[LogFinding]:
    columns = config.columns
    lost = [
        row
        for row in raw
        if columns.surface and row.get(columns.query) and row.get(columns.surface) == Surface.RECOMMENDATION.value
    ]
    if not lost:
        return []
    return [
        LogFinding(
            "query_in_the_feed",
            Severity.WARNING,
            f"{len(lost):,} of the first {len(raw):,} events are of the surface `recommendation` and have a query, "
            f"such as {str(lost[0][columns.query])[:40]!r}; it is not read.",
            "Are they searches? Set data.columns.surface: '' and the query tells the surface.",
            path,
            field="data.columns.surface",
            count=len(lost),
        )
    ]


def _table_of(config: DataConfig, kind: str, path: str) -> str:
    """Which of several tables a file belongs to."""
    section_of = {"item": config.item_source_of, "user": config.user_source_of}.get(kind)
    return section_of(path)[0].rstrip(".") if section_of is not None else ""


def _read(
    config: DataConfig,
    kind: str,
    path: str,
    now_ms: int,
    most: int,
    check: LogCheck,
    progress: Callable[[str, int], None],
) -> FileReading:
    reading = FileReading(path, kind)
    with_item, table = adapter(config.source).with_item, _table_of(config, kind, path)
    try:
        for each in reader_of(config, kind, now_ms)(path):
            if most and reading.rows == most:
                reading.whole = False
                break
            reading.rows += not isinstance(each, Converted)
            if reading.rows % 50_000 == 0:
                progress(path, reading.rows)
            if isinstance(each, Reject):
                reading.refuse(each)
                continue
            line, record = each
            if kind == "event":
                if with_item is not None:
                    record = with_item(record, check.table.items.get(record.item_id, Item(record.item_id)))
                check.tally.add(path, line, record)
            elif kind == "item":
                check.table.add(path, line, record, table)
            elif kind == "user":
                check.users.add(record if config.user_sources else User(record.user_id), table)
    except DataError as error:
        text = str(error).removeprefix(f"{path}: ")
        check.findings.append(LogFinding("unreadable_file", Severity.ERROR, text, file=path))
    return reading
