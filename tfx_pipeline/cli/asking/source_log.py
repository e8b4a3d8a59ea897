"""Reads users' events from the logs of any source, with the pipeline's own adapters.

So a history on the command line holds the same events as the pipeline's examples, including queries that an adapter
makes. For local files the adapters need neither Beam nor TFX.
"""

import time
from collections.abc import Collection

from components.raw_files.refusal import Reject, is_refused
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.event_order import EventPlace, event_place
from components.sources.repeated_events import without_repeated
from schemas.canonical_event import Event, Item
from serving.shop_log.event_log import EventLog


def read_source_log(config: DataConfig, users: Collection[str] | None = None) -> EventLog:
    """Reads all files of a source once.

    Nothing is cached between calls. `config.core` is not applied: histories may hold items that it leaves out, which
    the model does not know.

    Args:
        config: The source, and where its files are.
        users: The users whose events are kept; None keeps all. Counts always cover all users.

    Raises:
        DataError: The source is unknown, or a file cannot be used.
    """
    source = adapter(config.source)
    log, files = EventLog(), source.source_files(config)
    for path in files.item_files:
        for row in source.read_items(path, config):
            if isinstance(row, Reject):
                log.rejects += is_refused(row)
            else:
                log.items.setdefault(row[1].item_id, row[1])
    now_ms = round(time.time() * 1000)
    placed: dict[str, list[tuple[EventPlace, Event]]] = {}
    for number, path in enumerate(files.event_files):
        for each in source.read_events(path, config, now_ms):
            if isinstance(each, Reject):
                log.rejects += is_refused(each)
                continue
            line, event = each
            log.count(event)
            if users is not None and event.user_id not in users:
                continue
            if source.with_item is not None:
                event = source.with_item(event, log.items.get(event.item_id, Item(event.item_id)))
            placed.setdefault(event.user_id, []).append((event_place(number, line, event), event))
    for user_id, events in placed.items():
        log.events[user_id] = without_repeated(event for _, event in sorted(events, key=lambda each: each[0]))
    return log
