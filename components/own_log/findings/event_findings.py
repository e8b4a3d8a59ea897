"""Findings about the events of a log as a whole, which no single row shows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from components.own_log.findings.event_tally import DAY_MS, HISTORY_NEGATIVES, MANY_AGAIN, EventTally
from components.own_log.findings.item_findings import broken_letters
from components.own_log.findings.log_finding import LogFinding, Severity
from components.own_log.findings.sighting import Sighting
from components.own_log.guess.time_formats import time_format
from components.sources.data_config import BY_TIME, SHOWN, DataConfig
from components.sources.event_time import SECONDS, UNITS, day
from schemas.canonical_event import Surface
from schemas.features import TRAIN_SPLIT

FEW_EXAMPLES: Final = 1000
"""With fewer training examples, no model beats popularity by more than chance."""
_MANY: Final = 0.1
_MOST: Final = 0.5


def time_findings(config: DataConfig, file: str, values: Sequence[str]) -> Iterator[LogFinding]:
    """Finds times of another unit or format than the configuration says.

    Args:
        config: The `data` section, of the source `events`.
        file: The file.
        values: The times in its first rows.
    """
    unit = config.columns.time_unit
    found = time_format(values)
    if found is None or found.name == unit or (found.is_read and found.name not in UNITS):
        return
    example = next(value for value in values if value.strip())
    if found.is_read:
        becomes = "all rows would be refused"
        if found.name == SECONDS and not config.earliest:
            becomes = "all events would lie in January 1970"
        mend = f"Set data.columns.time_unit: {found.name}."
    else:
        becomes = "a run refuses them"
        mend = "`tandem init FILE --convert FOLDER` writes milliseconds."
    yield LogFinding(
        f"time_in_{UNITS[found.name].told if found.name in UNITS else 'another_format'}",
        Severity.ERROR,
        f"data.columns.timestamp: {example!r} looks like {found.told}, but data.columns.time_unit is {unit}: "
        f"{becomes}.",
        mend,
        file,
        field="data.columns.time_unit",
    )


def event_findings(config: DataConfig, tally: EventTally, surfaces: Collection[str], whole: bool) -> list[LogFinding]:
    """Finds what is wrong with the events.

    Args:
        config: The `data` section.
        tally: The tally of the events.
        surfaces: The surfaces that are trained on.
        whole: Whether the log was read to its end. If not, findings that need the whole log are left out.
    """
    if not tally.events:
        return []
    return [
        *_label_findings(config, tally),
        *_surface_findings(tally, surfaces, whole),
        *_query_findings(tally),
        *_time_findings(config, tally),
        *_repetitions(tally),
        *_robots(config, tally),
        *(_example_findings(config, tally, surfaces) if whole else ()),
    ]


def _label_findings(config: DataConfig, tally: EventTally) -> Iterator[LogFinding]:
    if not tally.engaged and tally.shown:
        yield LogFinding(
            "no_engagement",
            Severity.ERROR,
            f"all {tally.shown:,} events with an item have the label 0: nobody engaged with anything, so there is "
            "nothing to predict.",
            "Set data.columns.label to the column that says whether the user clicked, or to '' where each row is a "
            "click.",
            field="data.columns.label",
            count=tally.shown,
        )
    if config.negatives == SHOWN and not tally.shown:
        yield LogFinding(
            "nothing_shown",
            Severity.WARNING,
            "data.negatives is `shown`, and no event has the label 0: negatives will be uniform ones.",
            "Set data.negatives: popularity, or log the items that were shown and not clicked, with the label 0.",
            field="data.negatives",
        )


def _surface_findings(tally: EventTally, surfaces: Collection[str], whole: bool) -> Iterator[LogFinding]:
    for surface in Surface:
        other = next(each for each in Surface if each is not surface)
        if tally.engaged[surface] or not tally.engaged[other] or surface.value not in surfaces:
            continue
        events = tally.by_surface[surface]
        seen = f"are {events:,} {surface.value} events and no engagement among them"
        none = seen if events else f"is no {surface.value} event"
        is_both = other.value in surfaces
        then = f": a run trains and measures {other.value} alone." if is_both else ", but train.surfaces asks for it."
        yield LogFinding(
            f"no_{surface.value}",
            Severity.WARNING if is_both or not whole else Severity.ERROR,
            f"there {none}{'' if whole else ' in the rows that were read'}{then}",
            f"If that is right, set train.surfaces: [{other.value}]; if not, name the column that tells the surface "
            "(data.columns.surface).",
            field="train.surfaces",
        )


def _query_findings(tally: EventTally) -> Iterator[LogFinding]:
    searches = tally.by_surface[Surface.SEARCH]
    if tally.searches_without_query:
        bad = tally.searches_without_query.count > _MOST * searches
        yield _seen(
            "no_query",
            Severity.ERROR if bad else Severity.WARNING,
            tally.searches_without_query,
            f"{tally.searches_without_query.count:,} of {searches:,} search events have no query.",
            "Set data.columns.query to the column that holds what was typed.",
            "data.columns.query",
        )
    if tally.queries_without_words.count > _MANY * searches:
        seen = tally.queries_without_words
        yield _seen(
            "query_without_words",
            Severity.WARNING,
            seen,
            f"{seen.count:,} of {searches:,} queries are ids, numbers or JSON, such as {seen.example!r}; a model reads "
            "words.",
            "Set data.columns.query to the column that holds what was typed.",
            "data.columns.query",
        )
    if tally.broken_letters:
        yield broken_letters(tally.broken_letters, "queries")


def _time_findings(config: DataConfig, tally: EventTally) -> Iterator[LogFinding]:
    # JDsearch tells only how much time passed between events.
    if tally.in_1970.count > _MANY * tally.events and config.source != "jdsearch":
        first, last = day(tally.earliest_ms), day(tally.latest_ms)
        yield _seen(
            "time_in_1970",
            Severity.ERROR,
            tally.in_1970,
            f"{tally.in_1970.count:,} of {tally.events:,} events lie in 1970 ({first} to {last}).",
            "Set data.columns.time_unit: s if the numbers are seconds.",
            "data.columns.time_unit",
        )
    if tally.out_of_order:
        seen = tally.out_of_order
        yield _seen(
            "out_of_order",
            Severity.NOTE,
            seen,
            f"{seen.count:,} events are older than an earlier row of the same user (user {seen.example}); a run sorts "
            "by time.",
            "",
            "data.columns.timestamp",
        )


def _repetitions(tally: EventTally) -> Iterator[LogFinding]:
    if tally.repeated:
        seen = tally.repeated
        yield _seen(
            "repeated_event",
            Severity.WARNING,
            seen,
            f"{seen.count:,} of {tally.events + seen.count:,} events stand in the log more than once ({seen.example}): "
            "equal in all that they say. A run takes each once.",
            "Was a file shipped twice, or does data.events match a file and its copy? Leave out the copies.",
        )


def _robots(config: DataConfig, tally: EventTally) -> Iterator[LogFinding]:
    robots = tally.robots
    if robots:
        user = max(robots, key=lambda each: robots[each])
        events, on = robots[user]
        yield LogFinding(
            "robots",
            Severity.WARNING,
            f"{len(robots):,} of {len(tally.users):,} users have more than data.max_events_per_user_day = "
            f"{config.max_events_per_user_day} events on some day, such as {user!r} ({events:,} on {day(on * DAY_MS)})"
            ": a run leaves them out.",
            "Raise data.max_events_per_user_day if they are people.",
            field="data.max_events_per_user_day",
            count=len(robots),
        )


def _example_findings(config: DataConfig, tally: EventTally, surfaces: Collection[str]) -> Iterator[LogFinding]:
    examples = {
        split: sum(count for surface, count in counts.items() if surface.value in surfaces)
        for split, counts in tally.examples.items()
    }
    empty = [split for split, count in examples.items() if not count]
    if empty and tally.engaged:
        mend = "With `leave_one_out` users need three engagements on a surface."
        if config.split == BY_TIME:
            mend = (
                f"Set data.validation_from and data.test_from within the log, from {day(tally.earliest_ms)} to "
                f"{day(tally.latest_ms)}."
            )
        yield LogFinding(
            "empty_split", Severity.ERROR, f"no example falls into {', '.join(empty)}.", mend, field="data.split"
        )
    elif tally.engaged and examples[TRAIN_SPLIT] < FEW_EXAMPLES:
        yield LogFinding(
            "few_examples",
            Severity.WARNING,
            f"a run makes only {examples[TRAIN_SPLIT]:,} training examples of it.",
            f"Give a longer log; below {FEW_EXAMPLES:,} a model hardly beats popularity.",
            count=examples[TRAIN_SPLIT],
        )
    single = tally.users_of_one_event
    if len(single) > _MANY * len(tally.users):
        yield LogFinding(
            "users_of_one_event",
            Severity.WARNING if len(single) > _MOST * len(tally.users) else Severity.NOTE,
            f"{len(single):,} of {len(tally.users):,} users have at most one engagement, such as {single[0]!r}: there "
            "is no history before it.",
            "Is data.columns.user_id the user and not the visit? data.core: 2 leaves such users out.",
            field="data.columns.user_id",
            count=len(single),
        )


def catalogue_findings(config: DataConfig, tally: EventTally, items: int) -> Iterator[LogFinding]:
    """Finds users who engaged with so much of the catalogue that too few items are left as negatives.

    A run leaves their targets out, and fails if these are more than half of all.

    Args:
        config: The `data` section.
        tally: The tally of the whole log.
        items: How many items the catalogue has.
    """
    numbers = config.train_negatives, config.evaluation_negatives
    wanted = max(number - config.of_history(number) for number in numbers)
    beside = " beside those of its history" if config.history_negatives else ""
    robots = tally.robots
    people = {user: engaged for user, engaged in tally.engaged_items.items() if user not in robots}
    users = [user for user, engaged in people.items() if len(engaged) + wanted > items]
    if users:
        user = max(users, key=lambda each: len(people[each]))
        left = items - len(people[user])
        lost = sum(tally.users[each].total() for each in users)
        most = 2 * lost > sum(tally.users[each].total() for each in people)
        enough = _left_for_most(tally, people, items) if most else left
        lower = f"Set data.train_negatives and data.evaluation_negatives to at most {enough}. " if enough else ""
        yield LogFinding(
            "few_items",
            Severity.ERROR if most else Severity.WARNING,
            f"an example needs {wanted} negatives{beside}, but only {left:,} of {items:,} items are left for user "
            f"{user!r}, who engaged with the others ({len(users):,} such users): their {lost:,} targets are left out"
            f"{', which is more than half' if most else ''}.",
            f"{lower}Give more items in data.items, or leave such users out (data.max_events_per_user_day).",
            field="data.evaluation_negatives",
            count=len(users),
        )


def repeat_findings(config: DataConfig, tally: EventTally) -> Iterator[LogFinding]:
    """Finds that users engage with the same items again, where negatives are none of these."""
    if tally.share_engaged_again >= MANY_AGAIN and not config.history_negatives:
        yield LogFinding(
            "engaged_again",
            Severity.NOTE,
            f"{tally.engaged_again:,} of {tally.engaged.total():,} engagements are with an item that the user engaged "
            "with before, and no negative is such an item: a wanted item of the history is told from them by that "
            "alone.",
            f"data.history_negatives: {HISTORY_NEGATIVES} draws half of the negatives from the history.",
            field="data.history_negatives",
            count=tally.engaged_again,
        )


def _left_for_most(tally: EventTally, people: Mapping[str, Collection[str]], items: int) -> int:
    """How many items at least are left for the users of half of all targets, those with the most left first."""
    wanted = sum(tally.users[user].total() for user in people) / 2
    seen = 0
    for user in sorted(people, key=lambda each: len(people[each])):
        seen += tally.users[user].total()
        if seen >= wanted:
            return items - len(people[user])
    return 0


def _seen(code: str, severity: Severity, seen: Sighting, text: str, mend: str, field: str = "") -> LogFinding:
    return LogFinding(code, severity, text, mend, seen.file, seen.row, field, seen.count)
