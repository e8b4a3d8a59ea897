"""Guesses which columns of an unknown table hold the id, title, categories, attributes, numbers and vectors."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from components.own_log.guess.column_names import CATEGORIES, ITEM, SESSION, TIME, TITLE, USER, named_for, plain
from components.own_log.guess.event_guess import Question
from components.own_log.guess.number_columns import is_quantity_name, number_reason, vector_reason
from components.own_log.guess.sampled_columns import Column, SampledColumns
from components.raw_files.row import CATEGORY_SEPARATOR
from components.sources.event_rows import ItemColumns, UserColumns

ITEMS: Final = "items"
USERS: Final = "users"
_FIELDS: Final = {ITEMS: (ITEM, TITLE, CATEGORIES), USERS: (USER,)}
_ATTRIBUTE_NAMES: Final = """
    brand brand_id brand_name author author_id artist artist_id seller seller_id shop shop_id store store_id city
    country region state language lang publisher producer director color colour material gender sex age age_group
    age_band age_range level tier segment occupation membership plan type kind format platform device province
    activity_level star stars year
"""
_ATTRIBUTES: Final = frozenset(map(plain, _ATTRIBUTE_NAMES.split()))
_SEPARATORS: Final = (" > ", ">", " » ", "›", "::", ";", " / ")
_MOST_VALUES: Final = 10_000
_FEW: Final = 100
_NO_NUMBERS: Final = (USER, ITEM, SESSION, CATEGORIES, TIME)
"""Fields whose columns may be written in digits and are no numbers all the same."""


@dataclass
class TableGuess:
    """What a table is taken to mean.

    Attributes:
        kind: `items` or `users`.
        sampled: Its first rows.
        columns: The column of each field that was found.
        attributes: The columns that a model can use as attributes.
        numbers: The columns of numbers, such as prices.
        vectors: The column of content vectors, of a table of items; empty if there is none.
        reasons: Why `numbers` and `vectors` were taken for that.
        separator: The sign that divides category paths, if it is not the vertical bar.
        doubts: Guesses that are not certain, one sentence each.
        questions: What could not be guessed.
    """

    kind: str
    sampled: SampledColumns
    columns: dict[str, str] = field(default_factory=dict)
    attributes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    vectors: str = ""
    reasons: dict[str, str] = field(default_factory=dict)
    separator: str = ""
    doubts: list[str] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)

    @property
    def item_columns(self) -> ItemColumns:
        """The configuration's columns of a table of items."""
        default = ItemColumns()
        return ItemColumns(
            item_id=self.columns[ITEM],
            title=self.columns.get(TITLE, default.title),
            categories=self.columns.get(CATEGORIES, default.categories),
            attributes=self.attributes,
            category_separator=self.separator.strip() or default.category_separator,
            numbers=self.numbers,
            vectors=self.vectors,
        )

    @property
    def user_columns(self) -> UserColumns:
        """The configuration's columns of a table of users."""
        return UserColumns(self.columns[USER], self.attributes, self.numbers)

    @property
    def unused(self) -> list[str]:
        """The columns that are not read."""
        used = (*self.columns.values(), *self.attributes, *self.numbers, self.vectors)
        return [name for name in self.sampled.columns if name not in used]


def guess_table(
    kind: str, sampled: SampledColumns, log_ids: Collection[str], told: Mapping[str, str] | None = None
) -> TableGuess:
    """Guesses the fields of a table by names, by values, and by the ids of the log.

    Args:
        kind: `items` or `users`.
        sampled: Its first rows.
        log_ids: Ids of items, or of users, in the log.
        told: The column of each field that the user has named.

    Raises:
        ValueError: `told` names a field or a column that does not exist.
    """
    told = told or {}
    for name, column in told.items():
        if name not in _FIELDS[kind]:
            known = ", ".join(_FIELDS[kind])
            raise ValueError(f"--column {kind}.{name}={column}: there is no field {name!r}. Known: {known}.")
        if column and column not in sampled.columns:
            listed = ", ".join(sampled.columns)
            raise ValueError(f"--column {kind}.{name}={column}: there is no such column. Found: {listed}.")
    guess = TableGuess(kind, sampled)
    key = ITEM if kind == ITEMS else USER
    finders = {key: lambda: _id(key, guess, log_ids)}
    if kind == ITEMS:
        finders |= {TITLE: lambda: _title(guess), CATEGORIES: lambda: _first(_free(guess, CATEGORIES))}
    for name, find in finders.items():
        found = told[name] if name in told else find()
        if found:
            guess.columns[name] = found
    if key not in guess.columns:
        names = tuple(sampled.columns)
        text = f"Which column of {sampled.form.path} is the {key}'s id? There are {', '.join(names)}."
        guess.questions.append(Question(f"--column {kind}.{key}=", text, names))
    if CATEGORIES in guess.columns:
        guess.separator = _separator(sampled.columns[guess.columns[CATEGORIES]])
    _numbers_and_vectors(guess)
    guess.attributes = tuple(
        column.name
        for column in sampled.columns.values()
        if column.name in guess.unused and _is_attribute(kind, column)
    )
    return guess


def _numbers_and_vectors(guess: TableGuess) -> None:
    free = [guess.sampled.columns[name] for name in guess.unused]
    reasons = {column.name: number_reason(column) for column in free if _may_be_number(guess.kind, column)}
    guess.numbers = tuple(name for name, reason in reasons.items() if reason)
    if guess.numbers:
        guess.reasons["numbers"] = "; ".join(reasons[name] for name in guess.numbers)
    if guess.kind != ITEMS:
        return
    vectors = {column.name: vector_reason(column) for column in free if column.name not in guess.numbers}
    found = [name for name, reason in vectors.items() if reason]
    if found:
        guess.vectors, guess.reasons["vectors"] = found[0], vectors[found[0]]
    if len(found) > 1:
        guess.doubts.append(f"{found[0]!r} is taken for the content vectors, not {', '.join(map(repr, found[1:]))}")


def _may_be_number(kind: str, column: Column) -> bool:
    """Whether a column, if it holds numbers, is not better taken for an id, a time, a category or an attribute."""
    if is_quantity_name(column.name):
        return True
    named = plain(column.name) in _ATTRIBUTES or any(named_for(name, [column.name]) for name in _NO_NUMBERS)
    return not named and not _is_attribute(kind, column)


def _free(guess: TableGuess, name: str) -> list[Column]:
    columns = guess.sampled.columns
    return [columns[each] for each in named_for(name, [each for each in columns if each not in guess.columns.values()])]


def _first(columns: Sequence[Column]) -> str:
    return columns[0].name if columns else ""


def _id(key: str, guess: TableGuess, log_ids: Collection[str]) -> str:
    columns = guess.sampled.columns.values()
    named = named_for(key, list(guess.sampled.columns))
    known = set(log_ids)
    meeting = {column.name: len(column.distinct & known) for column in columns}
    best = max(meeting, key=lambda name: (meeting[name], name in named))
    if meeting[best]:
        if named and best != named[0] and not meeting[named[0]]:
            guess.doubts.append(f"{best!r} is taken for the {key}'s id, because its values are those of the log")
        return best
    likely = named or [column.name for column in columns if plain(column.name) in ("id", "key", "code")]
    if likely:
        guess.doubts.append(f"{likely[0]!r} is taken for the {key}'s id, but none of its values stands in the log")
        return likely[0]
    return ""


def _title(guess: TableGuess) -> str:
    named = [column for column in _free(guess, TITLE) if column.has_words]
    # A column `name` may hold names of brands or shops; titles are more likely texts.
    return _first([column for column in named if column.is_text] or named)


def _separator(column: Column) -> str:
    values = column.filled
    if not values or any(CATEGORY_SEPARATOR in value for value in values):
        return ""
    found = (sign for sign in _SEPARATORS if sum(sign in value for value in values) > len(values) / 10)
    return next(found, "")


def _is_attribute(kind: str, column: Column) -> bool:
    few = 1 < len(column.distinct) <= (_MOST_VALUES if plain(column.name) in _ATTRIBUTES else _FEW)
    if plain(column.name) in _ATTRIBUTES:
        return few
    # Any column with few values can be an attribute of users. Most columns of items say only how they are sold.
    return (
        kind == USERS
        and few
        and column.time is None
        and not any(re.search(r"\d\.\d", each) for each in column.distinct)
    )
