"""DataConfig: the `data` section of a configuration, which says how raw logs become examples."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any, Final

from components.sources.event_rows import NULL_MARKERS, EventColumns, ItemColumns, RowRules, UserColumns
from components.sources.event_time import calendar_ms, time_zone
from schemas.number_checks import check_least, check_shares
from schemas.span_pattern import SPAN

GENERIC: Final = "events"
"""The source of the generic layout, whose columns and values the configuration explains."""
LEAVE_ONE_OUT: Final = "leave_one_out"
BY_TIME: Final = "time"
TRAIN_ONLY: Final = "train_only"
"""Keeps nothing back: how the events of pre-training are split. A run's own events cannot be."""
UNIFORM: Final = "uniform"
POPULARITY: Final = "popularity"
SHOWN: Final = "shown"
CATEGORY: Final = "category"


@dataclass(frozen=True)
class DataConfig:
    """Where the logs are and how examples are cut from them.

    Attributes:
        source: What reads the logs: `events` (files of the generic layout), `kuaisar`, `jdsearch`, `amazon_reviews` or
            `fixed_benchmark`. `components/sources/README.md` describes each.
        path: The folder of `events` and `items`, in any file system that Beam knows. Empty: the directory of the run.
        events: Path or glob of the event files: CSV, TSV, JSON lines (each plain, .gz, .bz2 or .zst) or Parquet,
            recognised by the ending. If the log comes day by day, write `{SPAN}` in place of the day's number. If a day
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
        columns: Which column of the event files holds which field.
        item_columns: Which column of the item files holds which field.
        user_columns: Which column of the user files holds which field; its `attributes` are what is read of them.
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
        max_unknown_share: The largest share, from 0 to 1, of the items that somebody engaged with, and of the log's
            users, that `items` and `users` may lack; a run with more fails. Ids of the log and of a table that do not
            meet at all are hardly meant.
        split: `leave_one_out` (per user and surface: last event test, second last validation, the rest train) or
            `time`. The source `fixed_benchmark` has splits of its own instead.
        validation_from: For `split: time`: events from this moment on (ISO 8601, by `timezone`) are validation.
        test_from: For `split: time`: events from this moment on are test.
        train_negatives: Negatives drawn for each training example, at least 1.
        evaluation_negatives: Negatives drawn for each validation and test example, at least 1. A source may bring its
            own candidates instead.
        negatives: How negatives are drawn. `uniform`: over the catalogue. `popularity`: in proportion to engagements
            (with a source that has its own splits, those of the split train). `shown`: items that the user was last
            shown on that surface and did not click. `category`: items of the positive's narrowest category, then of the
            next broader one. If the last two find too few, uniform ones are added. An item that the user engaged with
            is never a negative.
        recommendation_history: How many of the newest recommendation tokens a history keeps, at least 1.
        search_history: How many of the newest search tokens a history keeps, at least 1.
        items_per_session: How many clicked items a search token keeps, at least 1.
        max_events_per_user: The most events of a user that are kept, the newest ones; the report counts the others. 0
            keeps all.
        core: The k of a k-core: users and items with fewer engagements are left out, from the catalogue too, until all
            that are left have so many. 0 leaves out none.
        core_rounds: The most passes that the k-core may take, at least 1; a run fails if it needs more.
        seed: Seed of the negatives; recorded as an artifact property.
    """

    source: str = GENERIC
    path: str = ""
    events: str = ""
    last_spans: int = 0
    pretraining_events: str = ""
    items: str = ""
    users: str = ""
    columns: EventColumns = field(default_factory=EventColumns)
    item_columns: ItemColumns = field(default_factory=ItemColumns)
    user_columns: UserColumns = field(default_factory=UserColumns)
    timezone: str = "UTC"
    earliest: str = "1990-01-01"
    null_markers: tuple[str, ...] = NULL_MARKERS
    label_threshold: float | None = None
    max_reject_share: float = 0.01
    max_unknown_share: float = 0.9
    split: str = LEAVE_ONE_OUT
    validation_from: str = ""
    test_from: str = ""
    train_negatives: int = 4
    evaluation_negatives: int = 99
    negatives: str = UNIFORM
    recommendation_history: int = 12
    search_history: int = 12
    items_per_session: int = 5
    max_events_per_user: int = 0
    core: int = 0
    core_rounds: int = 10
    seed: int = 17

    def __post_init__(self) -> None:
        """Refuses invalid values.

        Raises:
            ValueError: A value is out of its range. The message names it.
        """
        if self.split != TRAIN_ONLY:
            _one_of("split", self.split, (LEAVE_ONE_OUT, BY_TIME))
        _one_of("negatives", self.negatives, (UNIFORM, POPULARITY, SHOWN, CATEGORY))
        check_shares(self, "max_reject_share", "max_unknown_share")
        try:
            time_zone(self.timezone)
        except ValueError as error:
            raise ValueError(f"data.timezone: {error}") from None
        _ = self.row_rules
        check_least(self, 1, "train_negatives", "evaluation_negatives", "items_per_session", "core_rounds")
        check_least(self, 1, "recommendation_history", "search_history")
        check_least(self, 0, "seed", "max_events_per_user", "core", "last_spans")
        if self.last_spans and SPAN not in self.events:
            raise ValueError(
                f"data.last_spans = {self.last_spans} needs {SPAN} in data.events, where the number of the day stands. "
                f"Received: {self.events!r}"
            )
        if self.label_threshold is not None and self.columns.label_values:
            raise ValueError(
                "data.label_threshold and data.columns.label_values exclude each other: a label is a rating or a word."
            )
        if bool(self.users) != bool(self.user_columns.attributes):
            raise ValueError(
                "data.users and data.user_columns.attributes go together: the files, and which of their columns are "
                f"read. Received: {self.users!r} and {list(self.user_columns.attributes)}"
            )
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
        if self.source != GENERIC:
            return RowRules()
        return RowRules(earliest_ms, zone, frozenset(self.null_markers), self.label_threshold, ids_may_be_floats=True)

    def located(self, pattern: str) -> str:
        """A configured path or glob, relative to `path`; an empty one stays empty."""
        if not pattern or not self.path or pattern.startswith("/") or "://" in pattern:
            return pattern
        return f"{self.path.rstrip('/')}/{pattern}"

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
        values = json.loads(text)
        values["null_markers"] = tuple(values["null_markers"])
        values["columns"] = EventColumns(**_with_tuples(values["columns"]))
        values["item_columns"] = ItemColumns(**_with_tuples(values["item_columns"]))
        values["user_columns"] = UserColumns(**_with_tuples(values["user_columns"]))
        return cls(**values)


def _with_tuples(values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: tuple(value) if isinstance(value, list) else _with_tuples(value) if isinstance(value, dict) else value
        for name, value in values.items()
    }


def _one_of(name: str, value: str, known: tuple[str, ...]) -> None:
    if value not in known:
        raise ValueError(f"data.{name} should be one of {', '.join(known)}. Received: {value!r}")
