"""Counts what the events of a log show, one event at a time."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from components.own_log.findings.sighting import Sighting
from components.sources.data_config import BY_TIME, DataConfig
from components.sources.repeated_events import identity
from schemas.canonical_event import Event, Surface
from schemas.features import BEHAVIOUR_SPLITS, TEST_SPLIT, TRAIN_SPLIT, VALIDATION_SPLIT
from schemas.word_splitting import words

_NO_WORDS: Final = re.compile(
    r"[{\[].*[}\]]|[0-9a-f]{16,}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|https?://\S+|\d{7,}", re.IGNORECASE
)
"""JSON, digests, UUIDs, addresses and long numbers, where a query should have words."""
DOUBLE_ENCODED: Final = re.compile("[\u00c3\u00c2][\u0080-\u00bf]")
"""UTF-8 that was read as Latin-1 and written as UTF-8 again: two characters in place of one."""
_SEARCH = Surface.SEARCH
DAY_MS: Final = 24 * 3600 * 1000
_YEAR_MS: Final = 366 * DAY_MS
_HOUR_MS: Final = DAY_MS // 24
_LEAST_EVENTS: Final = 2
MANY_AGAIN: Final = 0.2
"""From this share of targets on that are with an item engaged with before, negatives should be of histories, too."""
HISTORY_NEGATIVES: Final = 0.5
"""The `data.history_negatives` of such a log."""
_PARTS: Final = 10
"""Of so many parts by time, the newest one tells how often an item is new."""


@dataclass
class EventTally:
    """The counts so far.

    Attributes:
        config: The `data` section; it decides the splits.
        events: How many events there were, each counted once.
        by_surface: How many events each surface has.
        engaged: How many of these are targets: events with an item that the user engaged with.
        shown: How many events have an item that was only shown.
        without_click: How many searches have no item.
        users: How many targets each user has, by surface.
        engaged_items: The items that each user engaged with.
        items: The items of all events.
        by_split: Targets by split and surface; empty if the last events of each user decide the split.
        query_words: How many queries have how many words.
        earliest_ms: The earliest time.
        latest_ms: The latest time.
        searches_without_query: Search events without a query.
        queries_without_words: Queries that are ids, numbers or JSON.
        broken_letters: Queries whose letters were encoded twice.
        repeated: Rows that say the same as an earlier one; they are counted nowhere else.
        out_of_order: Events that are older than one of the same user before them.
        in_1970: Events with a time in 1970.
        weights: The least and the largest weight of a target, if the log tells weights.
        actions: How many targets each action has, by its weight, if the log names actions.
    """

    config: DataConfig
    events: int = 0
    by_surface: Counter[Surface] = field(default_factory=Counter)
    engaged: Counter[Surface] = field(default_factory=Counter)
    shown: int = 0
    without_click: int = 0
    users: dict[str, Counter[Surface]] = field(default_factory=lambda: defaultdict(Counter))
    engaged_items: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    items: set[str] = field(default_factory=set)
    by_split: Counter[tuple[str, Surface]] = field(default_factory=Counter)
    query_words: Counter[int] = field(default_factory=Counter)
    earliest_ms: int = 0
    latest_ms: int = 0
    searches_without_query: Sighting = field(default_factory=Sighting)
    queries_without_words: Sighting = field(default_factory=Sighting)
    broken_letters: Sighting = field(default_factory=Sighting)
    repeated: Sighting = field(default_factory=Sighting)
    out_of_order: Sighting = field(default_factory=Sighting)
    in_1970: Sighting = field(default_factory=Sighting)
    weights: tuple[float, float] | None = None
    actions: Counter[float] = field(default_factory=Counter)
    _days: Counter[tuple[str, int]] = field(default_factory=Counter)
    _hashes: set[int] = field(default_factory=set)
    _newest: dict[str, int] = field(default_factory=dict)
    _hours: Counter[int] = field(default_factory=Counter)
    _of_item: Counter[str] = field(default_factory=Counter)
    _first_hours: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Looks up what each event is asked for."""
        self._has_weights, self._action_names = self.config.has_weights, self.config.action_names

    def add(self, file: str, row: int, event: Event) -> None:
        """Counts an event."""
        moment = event.timestamp_ms
        if self._is_repeated(file, row, event):
            return
        self.earliest_ms = min(moment, self.earliest_ms) if self.events else moment
        self.latest_ms = max(moment, self.latest_ms)
        self.events += 1
        self.by_surface[event.surface] += 1
        if event.item_id:
            self.items.add(event.item_id)
        if self.config.max_events_per_user_day:
            self._days[event.user_id, moment // DAY_MS] += 1
        of_user = self.users[event.user_id]
        if event.is_target:
            self.engaged[event.surface] += 1
            of_user[event.surface] += 1
            self.engaged_items[event.user_id].add(event.item_id)
            self._date(event.item_id, moment // _HOUR_MS)
            if split := self._split(event):
                self.by_split[split, event.surface] += 1
            if self._has_weights:
                self._weigh(event.weight)
        elif event.item_id:
            self.shown += 1
        else:
            self.without_click += 1
        if event.surface is _SEARCH:
            self._look_at_query(file, row, event.query)
        if moment < _YEAR_MS:
            self.in_1970.add(file, row, moment)
        if moment < self._newest.get(event.user_id, 0) and not event.position:
            self.out_of_order.add(file, row, event.user_id)
        else:
            self._newest[event.user_id] = moment

    @property
    def examples(self) -> dict[str, dict[Surface, int]]:
        """How many examples a run makes of the events, by split and surface."""
        counts: Counter[tuple[str, Surface]] = Counter(self.by_split)
        if not counts and self.config.split != BY_TIME:
            for of_user in self.users.values():
                for surface, targets in of_user.items():
                    counts[TEST_SPLIT, surface] += min(targets, 1)
                    counts[VALIDATION_SPLIT, surface] += min(max(targets - 1, 0), 1)
                    counts[TRAIN_SPLIT, surface] += max(targets - 2, 0)
        return {split: {surface: counts[split, surface] for surface in Surface} for split in BEHAVIOUR_SPLITS}

    @property
    def engaged_again(self) -> int:
        """How many targets have an item that their user engaged with before."""
        return self.engaged.total() - sum(map(len, self.engaged_items.values()))

    @property
    def share_engaged_again(self) -> float:
        """Their share of all targets; 0 without targets."""
        return self.engaged_again / max(self.engaged.total(), 1)

    @property
    def share_of_new_items(self) -> float:
        """Of the newest tenth of all targets, the share whose item nobody engaged with before that tenth.

        The tenth begins at a full hour and may be more for that; if nothing is before it, the share is 0.
        """
        since, newest = 0, 0
        for since in sorted(self._hours, reverse=True):
            newest += self._hours[since]
            if _PARTS * newest >= self.engaged.total():
                break
        if newest == self.engaged.total():
            return 0.0
        return sum(self._of_item[item] for item, first in self._first_hours.items() if first >= since) / newest

    @property
    def users_of_one_event(self) -> Sequence[str]:
        """The users with at most one engagement, who yield no training example."""
        return [user for user, of_user in self.users.items() if sum(of_user.values()) < _LEAST_EVENTS]

    @property
    def robots(self) -> dict[str, tuple[int, int]]:
        """The users whom `data.max_events_per_user_day` leaves out: most events on a day, and that day since 1970."""
        found: dict[str, tuple[int, int]] = {}
        for (user, day), events in self._days.items():
            if events > self.config.max_events_per_user_day:
                found[user] = max(found.get(user, (0, 0)), (events, day))
        return found

    @property
    def counts_of_actions(self) -> dict[str, int]:
        """How many targets each action has, from the lightest action."""
        return {name: self.actions[weight] for weight, name in self._action_names.items()}

    def _date(self, item: str, hour: int) -> None:
        self._hours[hour] += 1
        self._of_item[item] += 1
        self._first_hours[item] = min(hour, self._first_hours.get(item, hour))

    def _weigh(self, weight: float) -> None:
        least, largest = self.weights or (weight, weight)
        self.weights = min(least, weight), max(largest, weight)
        if self._action_names:
            self.actions[weight] += 1

    def _split(self, event: Event) -> str:
        if event.split or self.config.split != BY_TIME:
            return event.split
        if event.timestamp_ms < self.config.validation_from_ms:
            return TRAIN_SPLIT
        return VALIDATION_SPLIT if event.timestamp_ms < self.config.test_from_ms else TEST_SPLIT

    def _look_at_query(self, file: str, row: int, query: str) -> None:
        self.query_words[len(words(query))] += 1
        if not query:
            self.searches_without_query.add(file, row)
        elif _NO_WORDS.fullmatch(query):
            self.queries_without_words.add(file, row, query)
        elif DOUBLE_ENCODED.search(query):
            self.broken_letters.add(file, row, query)

    def _is_repeated(self, file: str, row: int, event: Event) -> bool:
        # The set holds hashes in place of events; they take a tenth of the memory.
        known = len(self._hashes)
        self._hashes.add(hash(identity(event)))
        if len(self._hashes) > known:
            return False
        self.repeated.add(file, row, f"user {event.user_id}, item {event.item_id}")
        return True
