"""Reads a log into the history of each user up to now, on Beam, as an application would send it."""

import functools
import zlib
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import apache_beam as beam

from components.behaviour_example_gen.examples.long_histories import newest_events
from components.raw_files.read_files import ReadFiles, report
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.joined_tables import join_rows
from components.sources.packed_events import Pack, packed_by, unpack
from components.sources.source_events import completed, source_events
from components.sources.strongest_actions import strongest_actions
from schemas.canonical_event import Item, Token
from serving.shop_log.event_log import HistoryLimits, history

EVENT: Final = "event"

UserHistory = tuple[str, tuple[Token, ...]]
"""A user's id and history, oldest token first."""


class Read(NamedTuple):
    """What is read of a log.

    Attributes:
        histories: A collection with one `UserHistory` for each user.
        rejects: A collection of refused rows and of reports, for `components.raw_files.summary.write_summary`.
        report: A collection of one ReadingReport.
    """

    histories: Any
    rejects: Any
    report: Any


def read_histories(
    pipeline: beam.Pipeline, config: DataConfig, limits: HistoryLimits, now_ms: int, parts: Iterable[int], of: int
) -> Read:
    """Adds steps to a pipeline that read users' events. Robots are left out, and long pasts are cut, as in a run.

    Args:
        pipeline: The pipeline.
        config: Where the log is and how it is read.
        limits: How much of a history is kept.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        parts: The parts whose users are read, see `part_of`.
        of: How many parts there are.
    """
    source = adapter(config.source)
    files = source.source_files(config)
    events = source_events(pipeline, config, files.event_files, now_ms, in_batches=True)
    kept = completed(events.kept, _items(pipeline, config, files.item_files), source)
    histories = (
        kept
        | "ByUser" >> packed_by("user_id")
        | "ThisPart" >> beam.Filter(functools.partial(_is_in, frozenset(parts), of))
        | "Users" >> beam.GroupByKey()
        | "Histories" >> beam.Map(functools.partial(_history, config, limits))
    )
    return Read(histories, events.rejects, report("Event", events.rows, events.rejects, events.failures))


def part_of(user_id: str, of: int) -> int:
    """The part that a user belongs to, from 0: the same in every process and on every day."""
    return zlib.crc32(user_id.encode("utf-8", "surrogatepass")) % of


def _is_in(parts: frozenset[int], of: int, packed: tuple[str, Pack]) -> bool:
    return part_of(packed[0], of) in parts


def _history(config: DataConfig, limits: HistoryLimits, grouped: tuple[str, Iterable[Pack]]) -> UserHistory:
    user_id, packs = grouped
    events = newest_events(unpack(packs), config.max_events_per_user).events
    return user_id, history(strongest_actions(events) if config.has_actions else events, limits)


def _items(pipeline: beam.Pipeline, config: DataConfig, item_files: Sequence[str]) -> Any:
    """The items by id, for the sources whose events say less without them."""
    source = adapter(config.source)
    if source.with_item is None:
        return None
    read = pipeline | "Items" >> ReadFiles(item_files, functools.partial(source.read_items, config=config))
    tables = [config.item_source_of(path)[0].rstrip(".") for path in item_files]
    return (
        read[None]
        | "ItemsById" >> beam.Map(lambda each: (each[2].item_id, each))
        | "RowsOfItems" >> beam.GroupByKey()
        | "JoinedItems" >> beam.FlatMap(functools.partial(_joined, item_files, tables))
    )


def _joined(
    item_files: Sequence[str], tables: Sequence[str], grouped: tuple[str, Iterable[Any]]
) -> Iterable[tuple[str, Item]]:
    found = join_rows("item", grouped[1], item_files, tables)
    return [] if found is None else [(grouped[0], found.record)]
