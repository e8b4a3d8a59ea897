"""Logs that the generator wrote, read back by the adapter of their layout."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from components.raw_files.refusal import Reject
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.event_order import event_place
from components.synthetic_log.generated_set import generate
from components.synthetic_log.generator_config import GeneratorConfig
from schemas.canonical_event import Event, Item

NOW_MS = 1_700_000_000_000


def make_and_read(
    config: GeneratorConfig, source: str, folder: Path, events: str, items: str
) -> tuple[list[Event], list[Item]]:
    """Writes a log and reads it: the events of each file in the pipeline's order, and the items."""
    generate(config, source, str(folder), negatives=9)
    return read(DataConfig(source=source, path=str(folder), events=events, items=items))


def read(data: DataConfig) -> tuple[list[Event], list[Item]]:
    """All events, each user's in the pipeline's order, and all items. No row may be refused."""
    reader = adapter(data.source)
    files = reader.source_files(data)
    placed: dict[str, list[tuple[object, Event]]] = {}
    for number, path in enumerate(files.event_files):
        for found in reader.read_events(path, data, NOW_MS):
            assert not isinstance(found, Reject), found
            line, event = found
            placed.setdefault(event.user_id, []).append((event_place(number, line, event), event))
    events = [event for each in placed.values() for _, event in sorted(each, key=lambda one: one[0])]
    return events, [item for path in files.item_files for _, item in reader.read_items(path, data)]


def by_user(events: list[Event]) -> Iterator[list[Event]]:
    """The events of each user."""
    for _, each in groupby(events, key=lambda event: event.user_id):
        yield list(each)
