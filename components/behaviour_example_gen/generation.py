"""From event files to examples: the Beam pipeline of BehaviourExampleGen."""

import functools
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import apache_beam as beam

from components.behaviour_example_gen.adapters.registry import adapter
from components.behaviour_example_gen.config import POPULARITY, DataConfig
from components.behaviour_example_gen.example_files import WriteExamples
from components.behaviour_example_gen.examples import behaviour_example, catalog_example
from components.behaviour_example_gen.histories import is_target, targets_with_histories
from components.behaviour_example_gen.negatives import NegativeSampler
from components.behaviour_example_gen.splits import assign_splits
from components.item_catalog.table import read_table
from components.raw_files.read_files import FAILURES, REJECTS, ReadFiles, report
from components.raw_files.refusal import DataError
from components.raw_files.row_files import matching_files
from components.raw_files.summary import Summary, read_summary, write_summary
from schemas.canonical_event import Event
from schemas.features import BEHAVIOUR_SPLITS, CATALOG_SPLIT, TRAIN_SPLIT

EVENT: Final = "event"
USERS: Final = "users"
_COUNTS = "counts"

PlacedEvent = tuple[int, int, int, Event]
"""(timestamp_ms, file, line, event): sorts by time, and events of one time as the source has them."""


def generate_examples(
    make_pipeline: Callable[[], beam.Pipeline],
    config: DataConfig,
    catalog_dir: str,
    split_dirs: Mapping[str, str],
    rejects_dir: str,
    now_ms: int,
) -> Summary:
    """Writes all splits.

    Args:
        make_pipeline: Makes the Beam pipeline to run.
        config: Where the files are and how examples are cut from them.
        catalog_dir: The directory of the item table.
        split_dirs: Where to write each split: those of `BEHAVIOUR_SPLITS` and `CATALOG_SPLIT`.
        rejects_dir: Where to write refused rows and the summary.
        now_ms: The time of reading, in milliseconds since 1970; later events are refused.

    Returns:
        The report of `event` rows, and how many `users` there are and examples in each split.

    Raises:
        DataError: Files cannot be used, too many rows were refused, the catalogue is too small for the negatives, or a
            split is empty.
    """
    source = adapter(config.source)
    paths = matching_files(config.events, "data.events")
    with make_pipeline() as pipeline:
        events = pipeline | "Events" >> ReadFiles(
            paths, functools.partial(source.read_events, config=config, now_ms=now_ms)
        )
        examples = (
            events[None]
            | "ByUser" >> beam.Map(_by_user)
            | "Users" >> beam.GroupByKey()
            | "Examples"
            >> beam.ParDo(_ExamplesOfUser(config, catalog_dir)).with_outputs(*BEHAVIOUR_SPLITS, FAILURES, _COUNTS)
        )
        items = (
            pipeline
            | "Catalog" >> beam.Create([catalog_dir])
            | "Items" >> beam.FlatMap(read_table)
            | "ItemExamples" >> beam.Map(lambda row: catalog_example(row.item))
        )
        item_count = items | "CountItems" >> beam.combiners.Count.Globally() | beam.Map(lambda n: (CATALOG_SPLIT, n))
        for split, directory in split_dirs.items():
            records = items if split == CATALOG_SPLIT else examples[split]
            _ = records | f"Write[{split}]" >> WriteExamples(directory)
        failures = (events[FAILURES], examples[FAILURES]) | "Failures" >> beam.Flatten()
        write_summary(
            rejects_dir,
            events[REJECTS],
            {EVENT: report("Event", events[None], events[REJECTS], failures)},
            (examples[_COUNTS], item_count) | "Counts" >> beam.Flatten(),
        )
    summary = read_summary(rejects_dir)
    summary.reports[EVENT].check(EVENT, f"data.events = {config.events}", config.max_reject_share, rejects_dir)
    empty = [split for split in BEHAVIOUR_SPLITS if not summary.counts.get(split)]
    if empty:
        raise DataError(
            f"data.split = {config.split}: no event falls into {', '.join(empty)}. With `leave_one_out`, users need "
            "three engagements on a surface to have all splits; with `time`, set data.validation_from and "
            "data.test_from within the log."
        )
    return summary


def examples_of_user(
    user_id: str, events: list[Event], sampler: NegativeSampler, config: DataConfig
) -> list[tuple[str, bytes]]:
    """Makes the examples of one user.

    Args:
        user_id: Who.
        events: All events of the user, in time order.
        sampler: Of the negatives.
        config: How examples are cut.

    Returns:
        (split, serialized tf.Example) for each target.

    Raises:
        DataError: The catalogue is too small for the negatives.
    """
    targets = [event for event in events if is_target(event)]
    negatives = sampler.outside(user_id, {target.item_id for target in targets})
    result = []
    histories = targets_with_histories(events, config)
    for split, (position, target, history) in zip(assign_splits(targets, config), histories, strict=True):
        count = config.train_negatives if split == TRAIN_SPLIT else config.evaluation_negatives
        result.append((split, behaviour_example(target, history, negatives.draw(position, count))))
    return result


def sampler_of(catalog_dir: str, config: DataConfig) -> NegativeSampler:
    """Makes the sampler of the negatives that the configuration wants, from the item table."""
    rows = list(read_table(catalog_dir))
    weights = [row.engagements for row in rows] if config.negatives == POPULARITY else None
    return NegativeSampler([row.item.item_id for row in rows], weights, config.seed)


def _by_user(placed: tuple[int, int, Event]) -> tuple[str, PlacedEvent]:
    file, line, event = placed
    return event.user_id, (event.timestamp_ms, file, line, event)


class _ExamplesOfUser(beam.DoFn):
    def __init__(self, config: DataConfig, catalog_dir: str):
        self._config = config
        self._catalog_dir = catalog_dir

    def setup(self) -> None:
        """Loads the catalogue once a worker, not once a user."""
        self._sampler = sampler_of(self._catalog_dir, self._config)

    def process(self, element: tuple[str, Iterable[PlacedEvent]]) -> Iterable[Any]:
        user_id, placed = element
        events = [each[3] for each in sorted(placed, key=lambda each: each[:3])]
        yield beam.pvalue.TaggedOutput(_COUNTS, (USERS, 1))
        try:
            examples = examples_of_user(user_id, events, self._sampler, self._config)
        except DataError as error:
            yield beam.pvalue.TaggedOutput(FAILURES, str(error))
            return
        for split, example in examples:
            yield beam.pvalue.TaggedOutput(split, example)
        for count in Counter(split for split, _ in examples).items():
            yield beam.pvalue.TaggedOutput(_COUNTS, count)
