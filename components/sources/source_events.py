"""Reads all events of a source as Beam collections, for the item table and for the examples."""

import functools
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import apache_beam as beam

from components.raw_files.read_files import FAILURES, REJECTS, ReadFiles
from components.sources.adapter import Adapter, adapter
from components.sources.core_filter import KeepCore
from components.sources.data_config import DataConfig
from components.sources.event_coder import Placed
from components.sources.robot_filter import COUNTS, LeaveOutRobots
from schemas.canonical_event import Item


class SourceEvents(NamedTuple):
    """Four Beam collections, and perhaps a fifth.

    Attributes:
        rows: (file, line, event) for every row that can be used.
        kept: The same for the rows that `data.max_events_per_user_day` and `data.core` keep.
        rejects: A Reject for each row that cannot be used.
        failures: Messages about whole files, or about the whole log.
        counts: (name, number) of what `data.max_events_per_user_day` leaves out; None if that is 0.
    """

    rows: Any
    kept: Any
    rejects: Any
    failures: Any
    counts: Any = None


def source_events(
    pipeline: beam.Pipeline,
    config: DataConfig,
    paths: Sequence[str],
    now_ms: int,
    prefix: str = "",
    in_batches: bool = False,
) -> SourceEvents:
    """Adds steps to a pipeline that read event files.

    Args:
        pipeline: The pipeline.
        config: Which source the files come from, and how they are read.
        paths: The files, such as `SourceFiles.event_files`.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        prefix: Tells the steps from those of another call.
        in_batches: Whether `rows` and `kept` may hold (file, first line, EventBatch) beside single events. They do if
            the source can read so, and no filter looks at single events.
    """
    source = adapter(config.source)
    are_filtered = config.max_events_per_user_day or config.core
    read_in_batches = source.read_event_batches if in_batches and not are_filtered else None
    read_file = functools.partial(read_in_batches or source.read_events, config=config, now_ms=now_ms)
    divide = functools.partial(source.event_parts, config=config) if source.event_parts else None
    read = pipeline | f"{prefix}Events" >> ReadFiles(paths, read_file, divide)
    kept, counts, failures = read[None], None, read[FAILURES]
    if config.max_events_per_user_day:
        people = kept | f"{prefix}People" >> LeaveOutRobots(config.max_events_per_user_day)
        kept, counts = people[None], people[COUNTS]
    if config.core:
        core = kept | f"{prefix}Core" >> KeepCore(config.core, config.core_rounds)
        kept = core[None]
        failures = (failures, core[FAILURES]) | f"{prefix}EventFailures" >> beam.Flatten()
    return SourceEvents(read[None], kept, read[REJECTS], failures, counts)


def completed(events: Any, catalog: Any, source: Adapter, prefix: str = "") -> Any:
    """Adds to events what is known about their items, if the source needs that.

    Args:
        events: A collection of (file, line, event).
        catalog: A collection of (item id, Item).
        source: The adapter.
        prefix: Tells the steps from those of another call.

    Returns:
        A collection of (file, line, event).
    """
    if source.with_item is None:
        return events
    by_item = events | f"{prefix}EventsByItem" >> beam.Map(lambda placed: (placed[2].item_id, placed))
    return (
        (by_item, catalog)
        | f"{prefix}EventsWithItems" >> beam.CoGroupByKey()
        | f"{prefix}Complete" >> beam.FlatMap(functools.partial(_complete, source))
    )


def _complete(source: Adapter, joined: tuple[str, tuple[Iterable[Placed], Iterable[Item]]]) -> Iterable[Placed]:
    assert source.with_item is not None, "only asked for where there is one"
    item_id, (events, items) = joined
    item = next(iter(items), Item(item_id))
    for file, line, event in events:
        yield file, line, source.with_item(event, item)
