"""The Beam pipeline of BehaviourExampleGen, from event files to examples."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindows

from components.behaviour_example_gen.examples.audience import USER, audience
from components.behaviour_example_gen.examples.behaviour_examples import catalog_example
from components.behaviour_example_gen.examples.example_files import WriteExampleLists, WriteExamples
from components.behaviour_example_gen.examples.long_histories import newest_events
from components.behaviour_example_gen.examples.splits import assign_splits
from components.behaviour_example_gen.examples.user_examples import examples_of_user
from components.behaviour_example_gen.left_out import (
    CROWDED_USERS,
    CUT_EVENTS,
    CUT_USERS,
    LEFT_OUT,
    REPEATED_EVENTS,
    WEAKER_ACTIONS,
    check_left_out,
)
from components.behaviour_example_gen.negatives.category_pools import CategoryPools
from components.behaviour_example_gen.negatives.drawing import NegativeSampler
from components.item_catalog.table import item_lists, read_table
from components.progress import Progress
from components.raw_files.read_files import FAILURES, REJECTS, ReadFiles, report
from components.raw_files.refusal import DataError
from components.raw_files.summary import Summary, read_summary, write_summary
from components.shown_places.count_files import WriteCounts
from components.shown_places.showings import ByPlace, Shown, count_showings, training_events
from components.sources.adapter import adapter, users_reader
from components.sources.data_config import CATEGORY, LEAVE_ONE_OUT, POPULARITY, TRAIN_ONLY, DataConfig
from components.sources.packed_events import packed_by, unpack
from components.sources.source_events import completed, source_events
from components.sources.strongest_actions import strongest_actions
from components.sources.unknown_ids import check_unknown, unknown_ids
from schemas.canonical_event import Event, Item
from schemas.features import (
    AUDIENCE_SPLIT,
    BEHAVIOUR_SPLITS,
    CATALOG_SPLIT,
    PRETRAIN_SPLIT,
    TRAIN_SPLIT,
    VALIDATION_SPLIT,
)

EVENT: Final = "event"
PRETRAINING_EVENT: Final = "pretraining_event"
CANDIDATES: Final = "candidate"
USERS: Final = "users"
_COUNTS = "counts"
_PRETRAINING = "Pretraining"
_TRAIN_ITEMS = "train_items"
_SHOWN = "shown"
_SHOWN_AT_ONCE: Final = 1 << 16
"""How many different things are held before their showings are passed on."""


def generate_examples(
    make_pipeline: Callable[[], beam.Pipeline],
    config: DataConfig,
    catalog_dir: str,
    split_dirs: Mapping[str, str],
    rejects_dir: str,
    now_ms: int,
    places_dir: str = "",
) -> Summary:
    """Writes the examples of all splits.

    Args:
        make_pipeline: Makes the Beam pipeline to run.
        config: Where the files are, and how examples are made from them.
        catalog_dir: The directory of the item table.
        split_dirs: The directory for each split of `splits_of(config)`.
        rejects_dir: The directory for refused rows and the summary.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        places_dir: Where `components.shown_places.count_files` writes what the log tells of places; empty for nowhere.

    Returns:
        Reports for `event` rows, and for `candidate`, `user` and `pretraining_event` rows if there are such files.
        Counts of `users`, of the examples in each split, of the users and events that `data.max_events_per_user` and
        `data.max_events_per_user_day` affect, of targets that are left out for want of negatives, of events that
        stand in the log more than once, and of actions that a stronger one stands for.

    Raises:
        DataError: Files cannot be used, too many rows were refused, the catalogue is too small for the negatives, or a
            split is empty.
    """
    source, read_users = adapter(config.source), users_reader(config)
    files = source.source_files(config)
    with make_pipeline() as pipeline:
        events = source_events(pipeline, config, files.event_files, now_ms, in_batches=True)
        catalog = (
            pipeline
            | "Catalog" >> beam.Create([catalog_dir])
            | "Items" >> beam.FlatMap(read_table)
            | "ById" >> beam.Map(lambda row: (row.item.item_id, row.item))
        )
        placed = completed(events.kept, catalog, source) | "ByUser" >> packed_by("user_id")
        if source.read_candidates is None:
            users = placed | "Users" >> beam.GroupByKey()
        else:
            rows = pipeline | "Candidates" >> ReadFiles(
                files.candidate_files, functools.partial(source.read_candidates, config=config)
            )
            given = rows[None] | "CandidatesByUser" >> beam.Map(lambda row: (row[2].user_id, row[2]))
            users = (placed, given) | "Users" >> beam.CoGroupByKey()
        examples = users | "Examples" >> beam.ParDo(_ExamplesOfUser(config, catalog_dir)).with_outputs(
            *BEHAVIOUR_SPLITS, FAILURES, _COUNTS, _TRAIN_ITEMS, _SHOWN
        )
        if places_dir and config.has_places:
            _ = examples[_SHOWN] | "Places" >> WriteCounts(places_dir)
        train_items, counts, rejects = examples[_TRAIN_ITEMS], examples[_COUNTS], events.rejects
        reports = {}
        if files.pretraining:
            earlier = source_events(pipeline, config, files.pretraining_files, now_ms, _PRETRAINING, in_batches=True)
            own = (
                completed(earlier.kept, catalog, source, _PRETRAINING)
                | "PretrainingByUser" >> packed_by("user_id")
                | "PretrainingUsers" >> beam.GroupByKey()
                | "PretrainingExamples"
                >> beam.ParDo(_ExamplesOfUser(config.of_pretraining, catalog_dir)).with_outputs(
                    TRAIN_SPLIT, FAILURES, _COUNTS, _TRAIN_ITEMS
                )
            )
            _ = own[TRAIN_SPLIT] | f"Write[{PRETRAIN_SPLIT}]" >> WriteExampleLists(split_dirs[PRETRAIN_SPLIT])
            failures = (earlier.failures, own[FAILURES]) | "PretrainingFailures" >> beam.Flatten()
            reports[PRETRAINING_EVENT] = report("PretrainingEvent", earlier.rows, earlier.rejects, failures)
            train_items = (train_items, own[_TRAIN_ITEMS]) | "AllTrainItems" >> beam.Flatten()
            counts = (counts, own[_COUNTS] | beam.FlatMap(_pretraining_count)) | "AllCounts" >> beam.Flatten()
            rejects = (rejects, earlier.rejects) | "RejectsOfBoth" >> beam.Flatten()
        engagements = train_items | "Engagements" >> beam.CombinePerKey(sum)  # type: ignore[arg-type]
        items = (
            (catalog, engagements)
            | "WithEngagements" >> beam.CoGroupByKey()
            | "ItemExamples"
            >> beam.FlatMap(functools.partial(_item_example, config.item_attributes, config.item_numbers))
        )
        item_count = items | "CountItems" >> beam.combiners.Count.Globally() | beam.Map(lambda n: (CATALOG_SPLIT, n))
        _ = items | f"Write[{CATALOG_SPLIT}]" >> WriteExamples(split_dirs[CATALOG_SPLIT])
        for split in BEHAVIOUR_SPLITS:
            _ = examples[split] | f"Write[{split}]" >> WriteExampleLists(split_dirs[split])
        if source.read_candidates is None:
            failures = (events.failures, examples[FAILURES]) | "Failures" >> beam.Flatten()
            reports[EVENT] = report("Event", events.rows, events.rejects, failures)
        else:
            failures = (rows[FAILURES], examples[FAILURES]) | "Failures" >> beam.Flatten()
            reports[EVENT] = report("Event", events.rows, events.rejects, events.failures)
            reports[CANDIDATES] = report("Candidate", rows[None], rows[REJECTS], failures)
        if read_users is not None:
            read = functools.partial(read_users, config=config)
            paths = files.user_files
            tables = [config.user_source_of(path)[0].rstrip(".") for path in paths]
            users_table = audience(pipeline, paths, read, config.user_attributes, config.user_numbers, tables)
            _ = users_table.examples | f"Write[{AUDIENCE_SPLIT}]" >> WriteExamples(split_dirs[AUDIENCE_SPLIT])
            unknown = unknown_ids(USER, users | "IdsOfLog" >> beam.Keys(), users_table.user_ids)
            notes = (users_table.rejects, unknown.report) | "UserNotes" >> beam.Flatten()
            if users_table.notes is not None:
                notes = (notes, users_table.notes) | "NotesOfTables" >> beam.Flatten()
                counts = (counts, users_table.counts) | "CountsOfTables" >> beam.Flatten()
            reports[USER] = report("User", users_table.rows, notes, users_table.failures)
            rejects = (rejects, users_table.rejects) | "AllRejects" >> beam.Flatten()
            counts = (counts, unknown.counts) | "CountsOfUsers" >> beam.Flatten()
        if events.counts is not None:  # Robots of pre-training are left out, too, and counted here alone.
            counts = (counts, events.counts) | "CountsWithRobots" >> beam.Flatten()
        write_summary(rejects_dir, rejects, reports, (counts, item_count) | "Counts" >> beam.Flatten())
    summary = read_summary(rejects_dir)
    settings = {
        USER: files.users_told,
        PRETRAINING_EVENT: f"data.pretraining_events = {config.pretraining_events}",
    }
    for kind in reports:
        setting = settings.get(kind, files.events_told)
        summary.reports[kind].check(kind, setting, config.max_reject_share, rejects_dir)
    if read_users is not None:
        check_unknown(USER, summary.counts, summary.reports[USER], settings[USER], config.max_unknown_share)
    _check_splits(config, summary, own_splits=source.read_candidates is not None)
    return summary


def _check_splits(config: DataConfig, summary: Summary, own_splits: bool) -> None:
    check_left_out(config, summary.counts)
    if config.pretraining_events and not summary.counts.get(PRETRAIN_SPLIT):
        raise DataError(
            f"data.pretraining_events = {config.pretraining_events}: no event makes an example. Training needs "
            "engagements with items."
        )
    empty = ", ".join(split for split in BEHAVIOUR_SPLITS if not summary.counts.get(split))
    if empty and own_splits:
        raise DataError(
            f"data.events = {config.events}: no example falls into {empty}. Training needs events of the split train, "
            "evaluation rows in the files of candidates."
        )
    if empty:
        raise DataError(_why_empty(config, summary, empty))


def _why_empty(config: DataConfig, summary: Summary, empty: str) -> str:
    """Says why splits have no example, and what mends it."""
    counts, report = summary.counts, summary.reports[EVENT]
    if not any(counts.get(split) for split in BEHAVIOUR_SPLITS):
        return (
            f"data.events = {config.events}: nobody engaged with anything. Of {report.rows - report.rejects:,} events, "
            "none has an item and the label 1, so there is nothing to predict. Set data.columns.label to the column "
            "that says whether the user clicked, or to '' where each row is a click."
        )
    if config.split == LEAVE_ONE_OUT:
        most = "one engagement" if VALIDATION_SPLIT in empty else "two engagements"
        return (
            f"data.split = {config.split}: no event falls into {empty}, because no user of {counts[USERS]:,} has more "
            f"than {most} on a surface, and all three splits need three. Is data.columns.user_id the user and not the "
            "visit? If it is, give a longer log, or set data.split: time with data.validation_from and data.test_from."
        )
    return (
        f"data.split = {config.split}: no event falls into {empty}. Set data.validation_from and data.test_from within "
        "the log, with an hour if it is a short one, such as 2011-11-01T12:00. `tandem check` tells from when to when "
        "it goes."
    )


def splits_of(config: DataConfig) -> tuple[str, ...]:
    """The splits that are written: behaviour, pre-training and the users if there are files of them, and the items."""
    pretraining = [PRETRAIN_SPLIT] if config.pretraining_events else []
    return (*BEHAVIOUR_SPLITS, *pretraining, CATALOG_SPLIT, *([AUDIENCE_SPLIT] if config.has_users else []))


def sampler_of(catalog_dir: str, config: DataConfig) -> NegativeSampler:
    """Makes the configured sampler of negatives from the item table."""
    pools = None
    if config.negatives == CATEGORY:
        pools = CategoryPools([row.item.categories for row in read_table(catalog_dir)])
    return NegativeSampler(item_lists(catalog_dir), config.seed, config.negatives == POPULARITY, pools)


def _pretraining_count(counted: tuple[str, int]) -> Iterator[tuple[str, int]]:
    name, count = counted
    if name in (TRAIN_SPLIT, LEFT_OUT + TRAIN_SPLIT):
        yield name.replace(TRAIN_SPLIT, PRETRAIN_SPLIT), count


def _item_example(
    attributes: Sequence[str], numbers: Sequence[str], grouped: tuple[str, tuple[Iterable[Item], Iterable[int]]]
) -> Iterable[bytes]:
    items, engagements = grouped[1]
    count = sum(engagements)
    for item in items:
        yield catalog_example(item, attributes, count, numbers)


class _ExamplesOfUser(beam.DoFn):
    """Yields one list of examples per user and split, and per bundle the counts, also of each positive of training."""

    def __init__(self, config: DataConfig, catalog_dir: str):
        self._config = config
        self._source = adapter(config.source)
        self._catalog_dir = catalog_dir

    def setup(self) -> None:
        """Opens the catalogue once per worker rather than once per user."""
        self._sampler = sampler_of(self._catalog_dir, self._config)

    def start_bundle(self) -> None:
        self._train_items: Counter[str] = Counter()
        self._counts: Counter[str] = Counter({USERS: 0, CUT_USERS: 0, CUT_EVENTS: 0, REPEATED_EVENTS: 0})
        self._shown: dict[Shown, ByPlace] = {}

    def process(self, element: tuple[str, Any]) -> Iterable[Any]:
        user_id, grouped = element
        Progress("users' histories cut into examples").advance()
        packs, candidates = (grouped, None) if self._source.read_candidates is None else map(list, grouped)
        events, dropped, engaged_before, repeated = newest_events(unpack(packs), self._config.max_events_per_user)
        self._counts[USERS] += 1
        self._counts[CUT_USERS] += dropped > 0
        self._counts[CUT_EVENTS] += dropped
        self._counts[REPEATED_EVENTS] += repeated
        if self._config.has_actions:
            strongest = strongest_actions(events)
            self._counts[WEAKER_ACTIONS] += len(events) - len(strongest)
            events = strongest
        try:
            examples, left_out = examples_of_user(
                user_id, events, self._sampler, self._config, candidates, engaged_before
            )
        except DataError as error:
            yield beam.pvalue.TaggedOutput(FAILURES, str(error))
            return
        for split, count in left_out.items():
            self._counts[LEFT_OUT + split] += count
        if left_out:
            self._counts[CROWDED_USERS] += 1
        by_split: dict[str, list[bytes]] = {}
        for split, item_id, serialized in examples:
            by_split.setdefault(split, []).append(serialized)
            if split == TRAIN_SPLIT:
                self._train_items[item_id] += 1
        for split, serialized_examples in by_split.items():
            self._counts[split] += len(serialized_examples)
            yield beam.pvalue.TaggedOutput(split, serialized_examples)
        if self._config.has_places and self._config.split != TRAIN_ONLY:
            self._count_showings(events)
            if len(self._shown) >= _SHOWN_AT_ONCE:
                for each in self._shown.items():
                    yield beam.pvalue.TaggedOutput(_SHOWN, each)
                self._shown = {}

    def _count_showings(self, events: Sequence[Event]) -> None:
        splits = assign_splits([event for event in events if event.is_target], self._config)
        count_showings(self._shown, training_events(events, splits, self._config))

    def finish_bundle(self) -> Iterable[Any]:
        found: dict[str, Mapping[Any, Any]] = {
            _TRAIN_ITEMS: self._train_items,
            _COUNTS: self._counts,
            _SHOWN: self._shown,
        }
        for tag, counts in found.items():
            for count in counts.items():
                yield beam.pvalue.TaggedOutput(tag, GlobalWindows.windowed_value(count))
