"""Reads users' events from the logs of any source, with the pipeline's own adapters.

So a history on the command line holds the same events as the pipeline's examples, including queries that an adapter
makes. For local files the adapters need neither Beam nor TFX.
"""

import sys
import time
from collections import Counter
from collections.abc import Callable, Collection

from components.raw_files.refusal import Converted, DataError, Reject, describe, is_refused
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.event_order import EventPlace, event_place
from components.sources.joined_tables import JoinedRecords
from components.sources.repeated_events import without_repeated
from components.sources.strongest_actions import strongest_actions
from schemas.canonical_event import Event, Item
from serving.shop_log.event_log import EventLog


class _Refused:
    """The rows that cannot be used, in short."""

    def __init__(self) -> None:
        self._reasons: Counter[str] = Counter()
        self._first: Reject | None = None

    def add(self, reject: Reject) -> None:
        self._reasons[reject.reason] += 1
        self._first = self._first or reject

    @property
    def count(self) -> int:
        return self._reasons.total()

    @property
    def told(self) -> str:
        return (
            f"{self.count:,} rows of the log cannot be used: {describe(self._reasons)}. The first: {self._first}. "
            "`tandem check` tells more."
        )


def _to_standard_error(text: str) -> None:
    print(text, file=sys.stderr)


def read_source_log(
    config: DataConfig, users: Collection[str] | None = None, say: Callable[[str], None] = _to_standard_error
) -> EventLog:
    """Reads all files of a source once.

    Nothing is cached between calls. `config.core` is not applied: histories may hold items that it leaves out, which
    the model does not know.

    Args:
        config: The source, and where its files are.
        users: The users whose events are kept; None keeps all. Counts always cover all users.
        say: Is called with a sentence about the rows that cannot be used, if there are any.

    Raises:
        DataError: The source is unknown, a file cannot be used, or no row of the events can.
    """
    source = adapter(config.source)
    log, files = EventLog(), source.source_files(config)
    refused = _Refused()
    items = JoinedRecords[Item](log.items)
    for path in files.item_files:
        table = config.item_source_of(path)[0]
        for row in source.read_items(path, config):
            if isinstance(row, Reject):
                if is_refused(row):
                    refused.add(row)
            else:
                items.add(row[1], table)
    now_ms, rows, refused_items = round(time.time() * 1000), 0, refused.count
    placed: dict[str, list[tuple[EventPlace, Event]]] = {}
    for number, path in enumerate(files.event_files):
        for each in source.read_events(path, config, now_ms):
            rows += not isinstance(each, Converted)
            if isinstance(each, Reject):
                if is_refused(each):
                    refused.add(each)
                continue
            line, event = each
            if source.with_item is not None:
                event = source.with_item(event, log.items.get(event.item_id, Item(event.item_id)))
            log.count(event)
            if users is not None and event.user_id not in users:
                continue
            placed.setdefault(event.user_id, []).append((event_place(number, line, event), event))
    log.rejects = refused.count
    if rows and refused.count - refused_items == rows:
        raise DataError(f"{files.events_told}: none of {rows:,} rows can be used. {refused.told}")
    if refused.count:
        say(refused.told)
    for user_id, events in placed.items():
        kept = without_repeated(event for _, event in sorted(events, key=lambda each: each[0]))
        log.events[user_id] = strongest_actions(kept) if config.has_actions else kept
    return log
