"""DataConfig: the `data` section of a configuration, which says how raw logs become examples."""

import dataclasses
import functools
import json
import math
import typing
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from components.raw_files import spans
from components.raw_files.file_format import FileFormat, FormatSettings
from components.raw_files.refusal import DataError
from components.sources.event_rows import NULL_MARKERS, EventColumns, ItemColumns, RowRules, UserColumns
from components.sources.event_time import calendar_ms, time_zone
from components.sources.log_sources import EventSource, ItemSource, UserSource
from schemas.number_checks import check_least, check_shares
from schemas.span_pattern import SPAN

GENERIC_SOURCE: Final = "events"
"""The source whose columns and formats the configuration names. Those of other sources are fixed."""
LEAVE_ONE_OUT: Final = "leave_one_out"
BY_TIME: Final = "time"
TRAIN_ONLY: Final = "train_only"
"""Keeps nothing back: how the events of pre-training are split. A run's own events cannot be."""
UNIFORM: Final = "uniform"
POPULARITY: Final = "popularity"
SHOWN: Final = "shown"
CATEGORY: Final = "category"
FIXED_BENCHMARK: Final = "fixed_benchmark"
"""The source that has splits of its own, and brings the candidates of evaluation along."""
_SOURCES_WITH_NUMBERS: Final = (GENERIC_SOURCE, FIXED_BENCHMARK)


@dataclass(frozen=True)
class DataConfig(FormatSettings):
    """Where the logs are and how examples are cut from them. The settings of the format are for `source: events`.

    Attributes:
        source: What reads the logs: `events` (files of the generic layout), `kuaisar`, `jdsearch`, `amazon_reviews` or
            `fixed_benchmark`. `components/sources/README.md` describes each.
        path: The folder of `events` and `items`, in any file system that Beam knows. Empty: the directory of the run.
        events: Path or glob of the event files: CSV, TSV, JSON (each plain or packed by gzip, bzip2 or Zstandard),
            Parquet or Avro. If the log comes day by day, write `{SPAN}` in place of the day's number. If a day
            may be written again, write `{VERSION}` in place of the edition's number; the newest edition is read.
            Example: `logs/{SPAN}/v{VERSION}/events-*.tsv.gz`. For the source `fixed_benchmark`: the folder with all its
            files.
        last_spans: How many of the newest spans are read, so that a daily run learns from the last days; 0 reads all.
        pretraining_events: Path or glob of event files that the joint training learns from in place of `events`, with
            each user's whole sequence; the trainings of `fine_tuning` and all metrics still take `events`. Items and
            words of both are known. Empty: both learn from `events`.
        items: Path or glob of the item files, in the same formats. Empty: only the events name items.
        users: Path or glob of the files of user attributes, in the same formats, for sources that have such files.
            Empty: users are known by their ids only.
        item_files: How the item files are written. `format` and what stands with it are for event files.
        user_files: How the user files are written.
        columns: Which column of the event files holds which field.
        item_columns: Which column of the item files holds which field.
        user_columns: Which column of the user files holds which field; its `attributes` and `numbers` are what is read
            of them.
        sources: Several logs in place of `events`, such as that of the searches and that of the feed, each with files,
            columns, surface and format of its own. A user's events are ordered by time over all of them; at equal
            times, those of an earlier entry come first. For `source: events`.
        item_sources: Several tables of items in place of `items`, each with columns of its own, such as titles, prices
            and vectors. They are joined by id, column by column: a value comes from the first table that has one. Ids
            of one table alone are kept. Values that differ, and ids that nearly agree, are counted and told. For
            `source: events`.
        user_sources: Several tables of users in place of `users`, likewise.
        timezone: The time zone, by its IANA name such as `Europe/Berlin`, of times that name none, and of the `hour`
            and `weekday` of `transform.context`, with daylight saving. Of an hour that the clock shows twice, the first
            is meant.
        earliest: Events before this moment are refused, because numbers of a wrong unit lie in 1970. Only for the
            source `events`; layouts that are published fix what their times mean. Empty: none is too early.
        null_markers: What stands for a missing value in a text file. Such an id, query, title, category, attribute or
            context value counts as empty. Only for the source `events`.
        label_threshold: If `data.columns.label` holds ratings: the least one that is an engagement; a lower one counts
            as only shown. Null: the column holds labels.
        max_reject_share: The largest share of rows, from 0 to 1, that may be refused; a run with more fails.
        least_span_share: With `{SPAN}` in `events`: how many bytes the event files of the newest span must have, as a
            share, from 0 to 1, of the smallest of the seven spans before it; otherwise the run fails, for the day has
            hardly arrived as a whole. 0 lets any pass.
        max_unknown_share: The largest share, from 0 to 1, of the items that somebody engaged with, and of the log's
            users, that `items` and `users` may lack; a run with more fails. Ids of the log and of a table that do not
            meet at all are hardly meant.
        split: `leave_one_out` (per user and surface: last event test, second last validation, the rest train) or
            `time`. The source `fixed_benchmark` has splits of its own instead.
        validation_from: For `split: time`: events from this moment on (ISO 8601, by `timezone`) are validation.
        test_from: For `split: time`: events from this moment on are test.
        held_out_in_histories: Whether the history of a training example shows validation and test targets of its user
            that come before it, and that of a validation example the test targets. `leave_one_out` splits each surface
            by itself, so what is held out on one may come before what is learned on the other. As the papers' code has
            it. By default a training sees nothing of what it is measured by.
        train_negatives: Negatives drawn for each training example, at least 1.
        evaluation_negatives: Negatives drawn for each validation and test example, at least 1. A source may bring its
            own candidates instead.
        negatives: How negatives are drawn. `uniform`: over the catalogue. `popularity`: in proportion to engagements
            (with a source that has its own splits, those of the split train), which takes popularity out of the scores;
            what a retriever finds for UniSAR gets it again when it is listed. `shown`: items that the user was last
            shown on that surface and did not click. `category`: items of the positive's narrowest category, then of the
            next broader one. If the last two find too few, uniform ones are added. An item that the user engaged with
            is never a negative, but for `history_negatives`.
        history_negatives: For logs where users engage with the same items again: the share of an example's negatives,
            from 0 to 1 and rounded down, that are items of its own history, of both surfaces, drawn uniformly, each
            once. Where the history has too few, others are drawn in their place. With 0, no negative is an item that
            the user ever engaged with, so a wanted item that is one would be told by that alone. Candidates that a
            source brings stay as they are.
        recommendation_history: How many of the newest recommendation tokens a history keeps, at least 1.
        search_history: How many of the newest search tokens a history keeps, at least 1.
        items_per_session: How many clicked items a search token keeps, at least 1.
        max_events_per_user: The most events of a user that are kept, the newest ones; the report counts the others. 0
            keeps all.
        max_events_per_user_day: The most events of a user on one day (UTC), shown items included. A user with more on
            some day is taken for a robot and left out whole, from the item table's counts too; the report counts them.
            0 takes nobody for a robot.
        core: The k of a k-core: users and items with fewer engagements are left out, from the catalogue too, until all
            that are left have so many. 0 leaves out none.
        core_rounds: The most passes that the k-core may take, at least 1; a run fails if it needs more.
        seed: Seed of the negatives; recorded as an artifact property.
    """

    source: str = GENERIC_SOURCE
    path: str = ""
    events: str = ""
    last_spans: int = 0
    pretraining_events: str = ""
    items: str = ""
    users: str = ""
    item_files: FileFormat = field(default_factory=FileFormat)
    user_files: FileFormat = field(default_factory=FileFormat)
    columns: EventColumns = field(default_factory=EventColumns)
    item_columns: ItemColumns = field(default_factory=ItemColumns)
    user_columns: UserColumns = field(default_factory=UserColumns)
    sources: tuple[EventSource, ...] = ()
    item_sources: tuple[ItemSource, ...] = ()
    user_sources: tuple[UserSource, ...] = ()
    timezone: str = "UTC"
    earliest: str = "1990-01-01"
    null_markers: tuple[str, ...] = NULL_MARKERS
    label_threshold: float | None = None
    max_reject_share: float = 0.01
    least_span_share: float = 0.0
    max_unknown_share: float = 0.9
    split: str = LEAVE_ONE_OUT
    validation_from: str = ""
    test_from: str = ""
    held_out_in_histories: bool = False
    train_negatives: int = 4
    evaluation_negatives: int = 99
    negatives: str = UNIFORM
    history_negatives: float = 0.0
    recommendation_history: int = 12
    search_history: int = 12
    items_per_session: int = 5
    max_events_per_user: int = 0
    max_events_per_user_day: int = 0
    core: int = 0
    core_rounds: int = 10
    seed: int = 17

    def __post_init__(self) -> None:
        """Refuses invalid values.

        Raises:
            ValueError: A value is out of its range. The message names it.
        """
        form = self.form
        if self.source != GENERIC_SOURCE and form != FileFormat():
            raise ValueError(
                f"`format`, `delimiter`, `quote`, `encoding`, `header` and `column_names` are for `source: "
                f"{GENERIC_SOURCE}`; the files of other sources have one form. Received: source={self.source!r}"
            )
        if self.split != TRAIN_ONLY:
            _one_of("split", self.split, (LEAVE_ONE_OUT, BY_TIME))
        _one_of("negatives", self.negatives, (UNIFORM, POPULARITY, SHOWN, CATEGORY))
        check_shares(self, "max_reject_share", "least_span_share", "max_unknown_share", "history_negatives")
        try:
            time_zone(self.timezone)
        except ValueError as error:
            raise ValueError(f"data.timezone: {error}") from None
        _ = self.row_rules
        check_least(self, 1, "train_negatives", "evaluation_negatives", "items_per_session", "core_rounds")
        check_least(self, 1, "recommendation_history", "search_history")
        check_least(self, 0, "seed", "max_events_per_user", "core", "last_spans", "max_events_per_user_day")
        if self.last_spans and not any(SPAN in each.events for each in self.event_sources):
            raise ValueError(
                f"data.last_spans = {self.last_spans} needs {SPAN} in data.events, where the number of the day stands. "
                f"Received: {self.events!r}"
            )
        for source in (UserSource(self.users, self.user_files, self.user_columns), *self.user_sources):
            read = [*source.user_columns.attributes, *source.user_columns.numbers]
            if bool(source.users) != bool(read):
                raise ValueError(
                    "data.users and data.user_columns.attributes or .numbers go together: the files, and which of "
                    f"their columns are read. Received: {source.users!r} and {read}"
                )
        if self.source not in _SOURCES_WITH_NUMBERS and (self.item_numbers or self.has_item_vectors):
            raise ValueError(
                "data.item_columns.numbers and .vectors are for tables of items of the sources "
                f"{', '.join(_SOURCES_WITH_NUMBERS)}. Leave them out. Received: source={self.source!r}"
            )
        if self.label_threshold is not None and self.columns.label_values:
            raise ValueError(
                "data.label_threshold and data.columns.label_values exclude each other: a label is a rating or a word."
            )
        self._check_sources()
        if self.split == BY_TIME and not self.validation_from_ms < self.test_from_ms:
            raise ValueError(
                "data.validation_from should be before data.test_from. "
                f"Received: {self.validation_from} and {self.test_from}"
            )

    @property
    def validation_from_ms(self) -> int:
        """`validation_from` in milliseconds since 1970."""
        return self._moment_ms("validation_from")

    @property
    def test_from_ms(self) -> int:
        """`test_from` in milliseconds since 1970."""
        return self._moment_ms("test_from")

    @property
    def row_rules(self) -> RowRules:
        """What the values of a row mean. Layouts that are published have rules of their own."""
        earliest_ms, zone = self._moment_ms("earliest") if self.earliest else 0, time_zone(self.timezone)
        if self.source != GENERIC_SOURCE:
            return RowRules()
        return RowRules(earliest_ms, zone, frozenset(self.null_markers), self.label_threshold, ids_may_be_floats=True)

    def located(self, pattern: str) -> str:
        """A configured path or glob, relative to `path`; an empty one stays empty."""
        if not pattern or not self.path or pattern.startswith("/") or "://" in pattern:
            return pattern
        return f"{self.path.rstrip('/')}/{pattern}"

    def _check_sources(self) -> None:
        if self.source != GENERIC_SOURCE and self.has_places:
            raise ValueError(
                f"data.columns.place and .list_order are for `source: {GENERIC_SOURCE}`. Received: "
                f"source={self.source!r}"
            )
        for name, single, entries in (
            ("sources", "events", self.sources),
            ("item_sources", "items", self.item_sources),
            ("user_sources", "users", self.user_sources),
        ):
            if entries and self.source != GENERIC_SOURCE:
                raise ValueError(f"data.{name} is for `source: {GENERIC_SOURCE}`. Received: source={self.source!r}")
            if entries and getattr(self, single):
                raise ValueError(
                    f"data.{name} takes the place of data.{single}: leave one of the two out. "
                    f"Received: {getattr(self, single)!r} and {len(entries)} sources"
                )
            for place, each in enumerate(entries):
                if not getattr(each, single):
                    raise ValueError(f"data.{name}[{place}].{single} is empty; give the path or glob of its files.")
        if self.sources and not self.pretraining_events and self._single_log != EventSource():
            raise ValueError(
                "data.columns, data.format and the like are those of data.events: with data.sources, write them into "
                "its entries."
            )

    @property
    def event_sources(self) -> tuple[EventSource, ...]:
        """The logs that events come from: one, unless `sources` holds several."""
        return self.sources or (self._single_log,)

    @property
    def _single_log(self) -> EventSource:
        return EventSource(self.events, columns=self.columns, **dataclasses.asdict(self.form))

    def event_source_of(self, path: str) -> tuple[str, EventSource]:
        """How an event file is read, and where in the configuration that stands: `data.` or `data.sources[1].`.

        Raises:
            DataError: The path belongs to none of the entries.
        """
        earlier = self.located(self.pretraining_events)
        if not self.sources or (earlier and spans.matches(path, earlier)):
            return "data.", self._single_log
        place = self._entry_of(path, "sources", [each.events for each in self.sources])
        return f"data.sources[{place}].", self.sources[place]

    def item_source_of(self, path: str) -> tuple[str, ItemSource]:
        """How an item file is read, and where in the configuration that stands; see `event_source_of`."""
        if not self.item_sources:
            return "data.", ItemSource(self.items, self.item_files, self.item_columns)
        place = self._entry_of(path, "item_sources", [each.items for each in self.item_sources])
        return f"data.item_sources[{place}].", self.item_sources[place]

    def user_source_of(self, path: str) -> tuple[str, UserSource]:
        """How a file of users is read, and where in the configuration that stands; see `event_source_of`."""
        if not self.user_sources:
            return "data.", UserSource(self.users, self.user_files, self.user_columns)
        place = self._entry_of(path, "user_sources", [each.users for each in self.user_sources])
        return f"data.user_sources[{place}].", self.user_sources[place]

    def _entry_of(self, path: str, name: str, patterns: Sequence[str]) -> int:
        for place, pattern in enumerate(patterns):
            if spans.matches(path, self.located(pattern)):
                return place
        raise DataError(f"{path}: its path is none of those that the entries of data.{name} name.")

    @property
    def has_own_candidates(self) -> bool:
        """Whether the source brings the candidates of validation and test along, so that none is drawn."""
        return self.source == FIXED_BENCHMARK

    @property
    def has_users(self) -> bool:
        """Whether there is a table of users."""
        return bool(self.users or self.user_sources)

    @property
    def context(self) -> tuple[str, ...]:
        """The names of the context values that any log has."""
        return tuple(dict.fromkeys(name for each in self.event_sources for name in each.columns.context))

    @functools.cached_property
    def has_weights(self) -> bool:
        """Whether any log says how much its engagements count."""
        return any(each.columns.weight for each in (*self.event_sources, self._single_log))

    @functools.cached_property
    def has_places(self) -> bool:
        """Whether any log says at which place of its list an item was shown."""
        return any(each.columns.tells_places for each in self.event_sources)

    @functools.cached_property
    def has_actions(self) -> bool:
        """Whether any log says so by naming actions, of which the strongest counts."""
        return bool(self.action_names)

    @property
    def action_names(self) -> dict[float, str]:
        """The actions of each weight, as any log names them, from the lightest; those of one weight as `cart, wish`."""
        names: dict[float, dict[str, None]] = {}
        for each in (*self.event_sources, self._single_log):
            for action, weight in each.columns.weight_values.items():
                names.setdefault(weight, {})[action] = None
        return {weight: ", ".join(names[weight]) for weight in sorted(names)}

    def of_history(self, negatives: int) -> int:
        """How many of an example's negatives are items of its history, if it has so many."""
        # Rounded first, so that 0.29 of 100 is 29, although the product of these floats is a little less.
        return math.floor(round(self.history_negatives * negatives, 6))

    @property
    def item_attributes(self) -> tuple[str, ...]:
        """The names of the attributes that any table of items has."""
        return tuple(dict.fromkeys(name for each in self._item_tables for name in each.attributes))

    @property
    def item_numbers(self) -> tuple[str, ...]:
        """The names of the numbers that any table of items has."""
        return tuple(dict.fromkeys(name for each in self._item_tables for name in each.numbers))

    @property
    def has_item_vectors(self) -> bool:
        """Whether any table of items has content vectors."""
        return any(each.vectors for each in self._item_tables)

    @property
    def _item_tables(self) -> list[ItemColumns]:
        return [each.item_columns for each in self.item_sources] or [self.item_columns]

    @property
    def user_attributes(self) -> tuple[str, ...]:
        """The names of the attributes that any table of users has."""
        return tuple(dict.fromkeys(name for each in self._user_tables for name in each.attributes))

    @property
    def user_numbers(self) -> tuple[str, ...]:
        """The names of the numbers that any table of users has."""
        return tuple(dict.fromkeys(name for each in self._user_tables for name in each.numbers))

    @property
    def _user_tables(self) -> list[UserColumns]:
        return [each.user_columns for each in self.user_sources] or [self.user_columns]

    @property
    def of_pretraining(self) -> "DataConfig":
        """How the events of pre-training are read: all are for training."""
        return dataclasses.replace(self, split=TRAIN_ONLY)

    def to_json(self) -> str:
        """The configuration as JSON, for an execution property."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    def _moment_ms(self, name: str) -> int:
        text = getattr(self, name)
        moment = calendar_ms(text, time_zone(self.timezone))
        if moment is None:
            raise ValueError(f"data.{name} should be ISO 8601, such as 2011-11-01T00:00. Received: {text!r}")
        return moment

    @classmethod
    def from_json(cls, text: str) -> "DataConfig":
        """Reads what `to_json` wrote."""
        return typing.cast(DataConfig, _built(cls, json.loads(text)))


def _built(section: type, values: dict[str, Any]) -> Any:
    """Builds a dataclass and those within it from what `dataclasses.asdict` and JSON made of it."""
    hints = typing.get_type_hints(section)
    found: dict[str, Any] = {}
    for name, value in values.items():
        (inner, *_) = typing.get_args(hints[name]) or (hints[name],)
        if isinstance(value, dict) and dataclasses.is_dataclass(inner):
            value = _built(typing.cast(type, inner), value)
        elif isinstance(value, list):
            nested = dataclasses.is_dataclass(inner)
            value = tuple(_built(typing.cast(type, inner), each) if nested else each for each in value)
        elif isinstance(value, dict):
            value = {key: tuple(each) if isinstance(each, list) else each for key, each in value.items()}
        found[name] = value
    return section(**found)


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"data.{name} should be one of {', '.join(known)}. Received: {value!r}")
