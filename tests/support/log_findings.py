"""What is found in a log of events, in few words."""

from collections.abc import Iterable
from typing import Any

from components.own_log.findings.event_tally import EventTally
from components.own_log.findings.log_finding import LogFinding
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event


def tally_of(events: Iterable[Event], **settings: Any) -> EventTally:
    """The tally of events that stand in `log.csv` from row 2 on; `settings` are those of the DataConfig."""
    tally = EventTally(DataConfig(events="log.csv", **settings))
    for row, event in enumerate(events, start=2):
        tally.add("log.csv", row, event)
    return tally


def told(finding: LogFinding) -> str:
    """A finding in words: severity and code, place, text and mend."""
    return f"{finding.severity.value} {finding.code}: {finding}"
