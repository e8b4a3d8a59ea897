"""Builds the item table from the item files and the event files, on Beam."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import apache_beam as beam

from components.item_catalog.table import CatalogItem, table_line, write_lines
from components.raw_files.read_files import FAILURES, REJECTS, ReadFiles, report
from components.raw_files.refusal import DataError
from components.raw_files.summary import Summary, read_summary, write_summary
from components.sources.adapter import adapter
from components.sources.data_config import DataConfig
from components.sources.event_rows import other_separator
from components.sources.joined_tables import join_rows
from components.sources.repeated_events import digest
from components.sources.source_events import source_events
from components.sources.table_fit import tables_told
from components.sources.unknown_ids import check_unknown, unknown_ids
from schemas.canonical_event import Event, Item
from schemas.features import TRAIN_SPLIT

EVENT: Final = "event"
ITEM: Final = "item"
ITEMS: Final = "items"
UNTITLED: Final = "items_without_title"
DIVIDED_BY: Final = "items_with_one_category_of_"
"""How the names of counts begin of items whose only category holds a sign that may divide a path."""
WITH_NUMBER: Final = "items_with_number_"
"""How the names of counts begin of items whose number of that name is known."""
WITH_VECTOR: Final = "items_with_vector_of_"
"""How the names of counts begin of items that have a content vector of so many numbers."""
_USED = "used"
_PLACED = "placed"


def build_catalog(
    make_pipeline: Callable[[], beam.Pipeline], config: DataConfig, catalog_dir: str, rejects_dir: str, now_ms: int
) -> Summary:
    """Writes the item table. Items that occur only in events are included, without a title.

    The events of pre-training count, too.

    Args:
        make_pipeline: Makes the Beam pipeline to run.
        config: Where the files are and how they are read.
        catalog_dir: The directory for the table.
        rejects_dir: The directory for refused rows and the summary.
        now_ms: The time of reading, in milliseconds since 1970.

    Returns:
        Reports for `event` and `item` rows, and counts of `items` and `items_without_title`; if there are item files,
        also of `items_of_log`, which somebody engaged with, and of `items_not_in_table` among them. Counts of the items
        whose numbers are known, and of those with a content vector.

    Raises:
        DataError: Files cannot be used, too many rows were refused, the item files lack too many items of the log,
            there is no item, or content vectors are asked for and there are none, or of several lengths.
    """
    source = adapter(config.source)
    files = source.source_files(config)
    item_files = files.item_files
    tables = [config.item_source_of(path)[0].rstrip(".") for path in item_files]
    with make_pipeline() as pipeline:
        events = source_events(pipeline, config, files.event_files, now_ms)
        kept, failures = events.kept, events.failures
        if files.pretraining:
            earlier = source_events(pipeline, config, files.pretraining_files, now_ms, "Pretraining")
            kept = (kept, earlier.kept) | "AllEvents" >> beam.Flatten()
            failures = (failures, earlier.failures) | "AllFailures" >> beam.Flatten()
        items = pipeline | "Items" >> ReadFiles(item_files, functools.partial(source.read_items, config=config))
        item_rows = items[None] | "ById" >> beam.Map(lambda each: (each[2].item_id, each))
        engagements = (
            kept
            | "Engagements" >> beam.FlatMap(_engagement)
            # An event that stands in the log twice counts once.
            | "EachEventOnce" >> beam.CombinePerKey(max)  # type: ignore[arg-type]
            | "EngagementsByItem" >> beam.Map(lambda each: (each[0][0], each[1]))
            | "Add" >> beam.CombinePerKey(sum)  # type: ignore[arg-type]
        )
        joined = (
            (item_rows, engagements)
            | "Join" >> beam.CoGroupByKey()
            | "OneRow"
            >> beam.ParDo(_OneRow(item_files, tables, only_engaged=config.core > 0)).with_outputs(
                REJECTS, _USED, _PLACED, main=None
            )
        )
        _ = (
            joined[None]
            # One worker sorts the table, so that the others leave it as little as can be.
            | "Lines" >> beam.Map(table_line)
            | "Gather" >> beam.combiners.ToList()
            | "WriteTable" >> beam.Map(functools.partial(write_lines, catalog_dir))
        )
        item_rejects = (items[REJECTS], joined[REJECTS]) | "ItemRejects" >> beam.Flatten()
        item_notes, counts = item_rejects, joined[None] | "Counts" >> beam.FlatMap(_counts)
        if item_files:
            engaged = engagements | "Engaged" >> beam.Filter(lambda each: each[1] > 0) | "EngagedIds" >> beam.Keys()
            unknown = unknown_ids(ITEM, engaged, items[None] | "IdsOfItems" >> beam.Map(lambda each: each[2].item_id))
            item_notes = (item_rejects, unknown.report) | "ItemNotes" >> beam.Flatten()
            counts = (counts, unknown.counts) | "AllCounts" >> beam.Flatten()
        if len(set(tables)) > 1:
            told = tables_told(ITEM, joined[_PLACED])
            item_notes = (item_notes, told.report) | "NotesOfTables" >> beam.Flatten()
            counts = (counts, told.counts) | "CountsOfTables" >> beam.Flatten()
        reports = {
            EVENT: report("Event", events.rows, events.rejects, failures),
            ITEM: report("Item", joined[_USED], item_notes, items[FAILURES]),
        }
        rejects = (events.rejects, item_rejects) | "Rejects" >> beam.Flatten()
        write_summary(rejects_dir, rejects, reports, counts)
    summary = read_summary(rejects_dir)
    summary.reports[EVENT].check(EVENT, files.events_told, config.max_reject_share, rejects_dir)
    if item_files:
        summary.reports[ITEM].check(ITEM, files.items_told, config.max_reject_share, rejects_dir)
        check_unknown(ITEM, summary.counts, summary.reports[ITEM], files.items_told, config.max_unknown_share)
    if not summary.counts.get(ITEMS):
        raise DataError(f"{files.events_told}: names no item. Does data.columns name the column of the items?")
    if config.has_item_vectors:
        _check_vectors(summary)
    return summary


def _check_vectors(summary: Summary) -> None:
    lengths = {
        int(name.removeprefix(WITH_VECTOR)): count
        for name, count in sorted(summary.counts.items())
        if name.startswith(WITH_VECTOR)
    }
    if not lengths:
        raise DataError(
            "data.item_columns.vectors: no item has a content vector. Does it name the right column? If there are "
            "none, leave it out."
        )
    if len(lengths) > 1:
        found = ", ".join(f"{count:,} of {length} numbers" for length, count in sorted(lengths.items()))
        raise DataError(
            f"data.item_columns.vectors: the files hold vectors of several lengths: {found}. All have to come from one "
            "model of texts or images."
        )


def _engagement(placed: tuple[int, int, Event]) -> Iterable[tuple[tuple[str, bytes], int]]:
    event = placed[2]
    if event.item_id:
        # Negatives may be drawn by these counts, so validation and test events must not influence them.
        counts = event.split in ("", TRAIN_SPLIT)
        yield (event.item_id, digest(event)), event.label if counts else 0


def _counts(row: CatalogItem) -> Iterable[tuple[str, int]]:
    yield ITEMS, 1
    yield UNTITLED, int(not row.item.title)
    sign = other_separator(row.item.categories)
    if sign:
        yield f"{DIVIDED_BY}{sign}", 1
    for name in row.item.numbers:
        yield f"{WITH_NUMBER}{name}", 1
    if row.item.vector:
        yield f"{WITH_VECTOR}{len(row.item.vector)}", 1


class _OneRow(beam.DoFn):
    """Makes one row for an item, of its row in each table. A second row in the same table is refused.

    With `only_engaged`, an item that occurs in no event gets no row.
    """

    def __init__(self, item_files: Sequence[str], tables: Sequence[str], only_engaged: bool):
        self._item_files = item_files
        self._tables = tables
        self._only_engaged = only_engaged

    def process(
        self, element: tuple[str, tuple[Iterable[tuple[int, int, Item]], Iterable[int]]]
    ) -> Iterable[CatalogItem | Any]:
        item_id, (rows, engagements) = element
        found = join_rows(ITEM, rows, self._item_files, self._tables)
        if found is not None:
            yield from (beam.pvalue.TaggedOutput(_USED, None) for _ in range(found.used))
            yield from (beam.pvalue.TaggedOutput(REJECTS, reject) for reject in found.rejects)
            yield beam.pvalue.TaggedOutput(_PLACED, (item_id, found.tables, found.differences))
        labels = list(engagements)
        if labels or not self._only_engaged:
            yield CatalogItem(Item(item_id) if found is None else found.record, sum(labels))
