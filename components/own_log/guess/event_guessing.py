"""Guesses which column of an unknown log holds which field, and what its values mean, by names and values."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from components.own_log.guess.column_names import ITEM, LABEL, QUERY, SESSION, SURFACE, TIME, USER, named_for
from components.own_log.guess.event_guess import Answers, EventGuess, Question
from components.own_log.guess.sampled_columns import Column, SampledColumns
from components.own_log.guess.time_formats import format_named
from components.own_log.guess.value_meanings import (
    ENGAGED,
    LEFT_OUT,
    SHOWN,
    is_search_word,
    knows_labels,
    knows_surfaces,
    label_meanings,
    surface_meanings,
)
from schemas.canonical_event import Surface

FIELDS: Final = (USER, TIME, ITEM, QUERY, SURFACE, LABEL, SESSION)
_NEEDED: Final = (USER, TIME, ITEM)
_SEARCH: Final = Surface.SEARCH.value
_FEED: Final = Surface.RECOMMENDATION.value
_SURFACES: Final = (_SEARCH, _FEED)
_LABELS: Final = (ENGAGED, SHOWN, LEFT_OUT)
_NEARLY_ALL: Final = 0.995


def guess_events(sampled: SampledColumns, answers: Answers | None = None) -> EventGuess:
    """Guesses the fields of events by the names and the values of columns.

    Args:
        sampled: The log's first rows.
        answers: The user's answers; they override guesses.

    Raises:
        ValueError: An answer names a field, a column or a meaning that does not exist.
    """
    answers = answers or Answers()
    _check(answers, sampled)
    guess = EventGuess(sampled)
    finders = {
        TIME: _time, USER: _user, ITEM: _item, QUERY: _query, SURFACE: _surface, LABEL: _label, SESSION: _session
    }  # fmt: skip
    for name, find in finders.items():
        if name in answers.columns:
            if answers.columns[name]:
                guess.columns[name] = answers.columns[name]
            continue
        free = [column for column in sampled.columns.values() if column.name not in guess.columns.values()]
        free = [column for column in free if column.name not in answers.columns.values()]
        found = find(free, guess)
        if found:
            guess.columns[name] = found
    for name in _NEEDED:
        if name not in guess.columns:
            guess.questions.append(_which_column(name, guess))
    _understand_time(guess, answers.time)
    _understand_surface(guess, answers.surfaces)
    _understand_label(guess, answers.labels)
    return guess


def _check(answers: Answers, sampled: SampledColumns) -> None:
    for name, column in answers.columns.items():
        if name not in FIELDS:
            raise ValueError(f"--column {name}={column}: there is no field {name!r}. Known: {', '.join(FIELDS)}.")
        if column and column not in sampled.columns:
            listed = ", ".join(sampled.columns)
            raise ValueError(f"--column {name}={column}: there is no such column. Found: {listed}.")
    for option, meanings, known in (("surface", answers.surfaces, _SURFACES), ("label", answers.labels, _LABELS)):
        for value, meaning in meanings.items():
            if meaning not in known:
                raise ValueError(
                    f"--value {option}:{value}={meaning}: there is no such {option}. Known: {', '.join(known)}."
                )


def _named(name: str, among: Sequence[Column]) -> list[Column]:
    by_name = {column.name: column for column in among}
    return [by_name[each] for each in named_for(name, list(by_name))]


def _time(free: Sequence[Column], guess: EventGuess) -> str:
    times = [column for column in _named(TIME, free) if column.time is not None]
    if not times:
        times = [column for column in free if column.time is not None]
        if len(times) != 1:
            return ""
        guess.doubts.append(f"{times[0].name!r} is taken for the time, because only its values tell one")
    elif len(times) > 1:
        others = ", ".join(repr(column.name) for column in times[1:])
        guess.doubts.append(f"{times[0].name!r} is taken for the time, not {others}")
    return times[0].name


def _user(free: Sequence[Column], guess: EventGuess) -> str:
    named = _named(USER, free)
    return _first_filled(named, guess, "user")


def _item(free: Sequence[Column], guess: EventGuess) -> str:
    return _first_filled(_named(ITEM, free), guess, "item", may_be_empty=True)


def _first_filled(named: Sequence[Column], guess: EventGuess, told: str, may_be_empty: bool = False) -> str:
    """The most likely column; a mostly empty one only if there is no other."""
    if not named:
        return ""
    chosen = next((column for column in named if column.is_filled), named[0])
    if chosen is not named[0]:
        guess.doubts.append(f"{chosen.name!r} is taken for the {told}, because {named[0].name!r} is empty in most rows")
    elif not chosen.is_filled and not may_be_empty:
        guess.doubts.append(f"{chosen.name!r} is the {told}, and empty in most rows: a run refuses these")
    return chosen.name


def _query(free: Sequence[Column], guess: EventGuess) -> str:
    named = [column for column in _named(QUERY, free) if column.has_words]
    if named:
        return named[0].name
    if guess.sampled.form.has_header:
        return ""
    texts = [column for column in free if column.is_text]
    if len(texts) == 1:
        guess.doubts.append(f"{texts[0].name!r} is taken for the query, because only its values are texts")
        return texts[0].name
    return ""


def _surface(free: Sequence[Column], guess: EventGuess) -> str:
    kinds = [column for column in free if column.has_few_values and not column.is_flag]
    found = [column for column in _named(SURFACE, kinds) if knows_surfaces(column.distinct)]
    if found:
        return found[0].name
    return _by_values(kinds, guess, "surface", lambda column: surface_meanings(column.distinct))


def _label(free: Sequence[Column], guess: EventGuess) -> str:
    kinds = [column for column in free if column.has_few_values]
    found = [column for column in _named(LABEL, kinds) if knows_labels(column.distinct)]
    if not found:
        if not guess.sampled.form.has_header:
            found = [column for column in kinds if column.is_flag]
        if len(found) != 1:
            words = [column for column in kinds if column.has_words]
            return _by_values(words, guess, "label", lambda column: label_meanings(column.distinct)[0])
    chosen = max(found, key=lambda column: column.is_flag)
    if len(found) > 1:
        others = ", ".join(repr(column.name) for column in found if column is not chosen)
        guess.doubts.append(f"{chosen.name!r} is taken for what the user did, not {others}")
    return chosen.name


def _by_values(
    columns: Sequence[Column], guess: EventGuess, told: str, meanings: Callable[[Column], Mapping[str, str]]
) -> str:
    """The only column, of any name, whose values are all known words."""
    found = [column for column in columns if all(meanings(column).values())]
    if len(found) != 1:
        return ""
    some = ", ".join(sorted(found[0].distinct)[:4])
    guess.doubts.append(f"{found[0].name!r} is taken for the {told}, because of its values ({some})")
    return found[0].name


def _session(free: Sequence[Column], guess: EventGuess) -> str:
    named = _named(SESSION, free) if QUERY in guess.columns else []
    return named[0].name if named else ""


def _which_column(name: str, guess: EventGuess) -> Question:
    free = [column for column in guess.sampled.columns.values() if column.name not in guess.columns.values()]
    told = {USER: "who the user is", TIME: "when it happened", ITEM: "which item it was"}[name]
    if name != TIME:
        free = [column for column in free if column.time is None and len(column.distinct) > 1]
    listed = ", ".join(f"{column.name} (such as {next(iter(column.filled), '')[:30]!r})" for column in free[:12])
    return Question(
        f"--column {name}=",
        f"Which column says {told}? There are {listed or 'none left'}.",
        tuple(c.name for c in free),
    )


def _understand_time(guess: EventGuess, told: str) -> None:
    if TIME not in guess.columns:
        return
    column = guess.sampled.columns[guess.columns[TIME]]
    if told:
        guess.time = format_named(told)
        return
    guess.time = column.time
    example = next(iter(column.filled), "")
    if guess.time is None:
        guess.questions.append(
            Question(
                "--time ",
                f"How does {column.name!r} tell the time, such as {example[:40]!r}? Say s, ms, us, ns, iso or a "
                "pattern such as '%d/%m/%Y %H:%M'.",
            )
        )
    elif guess.time.ambiguous:
        pattern = guess.time.name
        other = pattern.replace("%m/%d", "%d/%m")
        guess.questions.append(
            Question("--time ", f"Is {example!r} in {column.name!r} {pattern} or {other}?", (pattern, other))
        )


def _understand_surface(guess: EventGuess, told: Mapping[str, str]) -> None:
    if SURFACE not in guess.columns:
        _without_surface(guess)
        return
    column = guess.sampled.columns[guess.columns[SURFACE]]
    if column.distinct <= {*_SURFACES} and not told:
        return
    meanings = {value: told.get(value, meaning) for value, meaning in surface_meanings(sorted(column.distinct)).items()}
    searched = _rows_with_query(guess)
    for value in [value for value, meaning in meanings.items() if not meaning]:
        with_query = [searched[place] for place, each in enumerate(column.values) if each == value]
        if all(with_query) or not any(with_query):
            meanings[value] = _SEARCH if all(with_query) else _FEED
            guess.doubts.append(
                f"{value!r} in {column.name!r} is taken for {meanings[value]}, because "
                f"{'all' if all(with_query) else 'none'} of its events have a query"
            )
        else:
            guess.questions.append(
                Question(f"--value surface:{value}=", f"Is {value!r} in {column.name!r} a search?", _SURFACES)
            )
    agreeing = [
        (meanings.get(value) == _SEARCH) == has_query for value, has_query in zip(column.values, searched, strict=True)
    ]
    if QUERY in guess.columns and not told and sum(agreeing) >= _NEARLY_ALL * len(agreeing):
        # The query says the same, so the log need not be converted.
        guess.doubts.append(f"{column.name!r} is not needed: it agrees with whether there is a query")
        del guess.columns[SURFACE]
        guess.questions = [each for each in guess.questions if not each.option.startswith("--value surface:")]
        return
    guess.surfaces = meanings


def _without_surface(guess: EventGuess) -> None:
    if QUERY in guess.columns:
        guess.doubts.append(f"no column tells the surface: an event with a {guess.columns[QUERY]!r} is a search")
    else:
        guess.doubts.append("no column holds queries or tells the surface: all events are of the feed")


def _rows_with_query(guess: EventGuess) -> list[bool]:
    if QUERY not in guess.columns:
        return [False] * guess.sampled.rows
    return [bool(value) for value in guess.sampled.columns[guess.columns[QUERY]].values]


def _understand_label(guess: EventGuess, told: Mapping[str, str]) -> None:
    if LABEL not in guess.columns:
        guess.doubts.append("no column tells what the user did: each event is an engagement")
        return
    column = guess.sampled.columns[guess.columns[LABEL]]
    if column.is_flag and not told:
        return
    meanings, doubts = label_meanings(sorted(column.distinct))
    meanings |= _counts(column)
    meanings |= told
    guess.doubts += [f"in {column.name!r} {doubt}" for doubt in doubts if doubt.split("'")[1] not in told]
    for value in [value for value, meaning in meanings.items() if not meaning]:
        guess.questions.append(
            Question(
                f"--value label:{value}=",
                f"What is {value!r} in {column.name!r}: 1 an engagement, 0 only shown, or drop, neither?",
                _LABELS,
            )
        )
    if {*meanings.values()} == {ENGAGED} and not any(is_search_word(value) for value in meanings):
        some = ", ".join(sorted(column.distinct)[:6])
        guess.doubts.append(f"{column.name!r} is not needed: all it holds are engagements ({some})")
        del guess.columns[LABEL]
        return
    guess.labels = meanings


def _counts(column: Column) -> dict[str, str]:
    """The labels of counts: 0 means shown, more means engaged. Empty if the values are no whole numbers from 0 on."""
    if not all(value.isdecimal() for value in column.distinct) or "0" not in column.distinct:
        return {}
    return {value: ENGAGED if int(value) else SHOWN for value in column.distinct}
