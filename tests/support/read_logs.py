"""Writes a small log of events and reads it into columns, as the statistics of a log do."""

from collections.abc import Iterable
from pathlib import Path

from components.own_log.statistics.event_columns import EventColumns, read_event_columns
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event
from tests.support.raw_files import lines, write

HEADER = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label")


def read_log(folder: Path, events: Iterable[Event], items: str = "") -> EventColumns:
    """Reads these events, of 1970 too, beside a table of items, `items.csv` with this text, if there is one."""
    rows = [(e.user_id, e.timestamp_ms, e.surface.value, e.query, e.session_id, e.item_id, e.label) for e in events]
    write(folder / "events.csv", lines(HEADER, *rows, delimiter=","))
    write(folder / "items.csv", items)
    config = DataConfig(path=str(folder), events="events.csv", items="items.csv" if items else "", earliest="")
    return read_event_columns(config, now_ms=1_800_000_000_000)
