"""Turns rows of files into events, items and users, or says why a row cannot be used.

The adapters use it, on Beam and where the command line reads a user's history.
"""

import datetime
import functools
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import cast

from components.raw_files.row import CATEGORY_SEPARATOR, NameList, RowError
from components.sources.event_time import MILLISECONDS, PLAUSIBLE_MS, UNITS, calendar_ms, day, number_ms, unit_hint
from components.sources.id_text import check_id
from components.sources.row_elements import list_of
from components.sources.row_numbers import number_of, vector_of
from schemas import context_values
from schemas.canonical_event import Event, Item, Surface, User

MAX_FIELD_CHARACTERS = 100_000
"""A longer value is refused, because it comes from a broken quote or delimiter."""
NULL_MARKERS = ("nan", "NaN", "None", "NULL", "null", "\\N", "-", "N/A", "<NA>")
"""What pandas, databases and people write where a value is missing."""
FLOAT_IDS = "ids written as decimals were read as whole numbers"
NO_WEIGHT = "engagements without a weight were given the weight 1"
LEFT_OUT = "left out: "
"""How the reasons of rows begin that the configuration says to leave out."""
MAX_WEIGHT = 1e9
"""A larger weight is refused: one such example would be all that a model learns from."""
MAX_PLACE = 100_000
"""A larger place is refused: no list is so long, so the column holds something else."""
_LABELS = {
    text: int(label) for label, texts in (("1", "1 true yes t y"), ("0", "0 false no f n")) for text in texts.split()
}
_PLAIN_LABELS = {"": 1, "1": 1, "0": 0}
_FLOAT_END = ".0"
_SEARCH = Surface.SEARCH
_SURFACES = {surface.value: surface for surface in Surface}
_SEPARATORS = re.compile(r">|»|›|::|;|\||\s/\s")
_LONG_NUMBER = 30
"""A number of fewer digits than this may be a time: nanoseconds have 19."""


@dataclass(frozen=True)
class EventColumns:
    """Which column holds which field of an event.

    Attributes:
        user_id: The column of the user's id. Required.
        timestamp: The column of the time: a number since 1970, ISO 8601 or RFC 2822 (by `data.timezone` if it names
            no zone). Required.
        time_unit: What a number in the column `timestamp` counts: `s` (seconds), `ms` (milliseconds), `us`
            (microseconds) or `ns` (nanoseconds).
        surface: The column that says `recommendation` or `search`. If the column's name is empty, an event with a query
            is a search.
        query: The column of the typed query. May be missing from the file.
        session_id: The column of the search session that a click belongs to. May be missing from the file.
        item_id: The column of the item's id. Required.
        label: The column that says 1 (engaged) or 0 (only shown), as a number or as true, yes, t, y and their
            opposites; or a rating (`data.label_threshold`), or words (`label_values`). May be missing from the file;
            then every event is an engagement. An empty value is an engagement, too.
        label_values: The label, 1 or 0, of each value of the column `label`, such as `{click: 1, view: 0}`. Rows with
            another value are left out and counted. Empty: the column holds labels.
        surface_values: The values of the column `surface` that mean each surface, such as `{search: [search_click,
            srp], recommendation: [home, pdp]}`. Rows with another value are left out and counted. Empty: the column
            holds the surfaces' own names.
        context: Further columns of the moment's context, such as the device. Each must be there.
        lists: Columns that hold one event in each element, such as the results of a search. A field within is named by
            its path: with `lists: [results]`, `item_id: results.id` and `label: results.clicked`. Several lists, such
            as `lists: [shown, clicked]`, are read side by side and are equally long. Empty: a row is one event.
        weight: The column that says how much an engagement counts as an example of training: a number of at least 0,
            such as seconds of dwell time, or an action (`weight_values`). Metrics do not weigh. Only weights of one
            surface are compared with each other, so their unit does not matter. An empty number counts as 1, and is
            told. Empty: all count alike.
        weight_values: The weight of each value of the column `weight`, such as `{click: 1, cart: 2, buy: 5}`.
            Engagements with another value are left out and counted. Of several actions with one item in the same list,
            the strongest counts, at the time of the first: in a search session, all with the same query; elsewhere,
            those without an engagement with another item between them. Actions of one weight stay apart. Empty: the
            column holds numbers.
        weight_cap: A larger number in the column `weight` counts as this one, such as 300 for seconds of an open tab
            that nobody reads. 0 for no limit.
        weight_log: Whether the logarithm of 1 plus the number, after the cap, is the weight, so that ten minutes do not
            count as sixty times ten seconds.
        place: The column that says at which place of its list an item was shown, a whole number, for engagements and
            items that were only shown alike. Figures of the evaluation then say how much users see of each place, and
            what the metrics are without that. Models do not see it. Empty values are places that nobody knows. Empty:
            the log does not say.
        first_place: The number of the place at the top in the column `place`: 1, or 0 where a log counts from 0.
        list_order: Whether the elements of `lists` stand in the order in which they were shown, so that each one's
            number in its list is its place. Then there is no column `place`.
    """

    user_id: str = "user_id"
    timestamp: str = "timestamp_ms"
    time_unit: str = MILLISECONDS
    surface: str = "surface"
    query: str = "query"
    session_id: str = "session_id"
    item_id: str = "item_id"
    label: str = "label"
    label_values: Mapping[str, int] = field(default_factory=dict)
    surface_values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    context: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    weight: str = ""
    weight_values: Mapping[str, float] = field(default_factory=dict)
    weight_cap: float = 0.0
    weight_log: bool = False
    place: str = ""
    first_place: int = 1
    list_order: bool = False

    def __post_init__(self) -> None:
        """Refuses unknown units, and context names that have another meaning.

        Raises:
            ValueError: The message names the refused value.
        """
        context_values.check_names(self.context)
        if self.time_unit not in UNITS:
            raise ValueError(f"`time_unit` should be one of {', '.join(UNITS)}. Received: time_unit={self.time_unit!r}")
        if not {*self.label_values.values()} <= {0, 1}:
            raise ValueError(
                f"`label_values` should name a label, 0 or 1, for each. Received: {dict(self.label_values)}"
            )
        for surface in self.surface_values:
            if surface not in _SURFACES:
                raise ValueError(
                    f"`surface_values` should name values of {' and '.join(_SURFACES)}. Received: {surface!r}"
                )
        named = [value for values in self.surface_values.values() for value in values]
        twice = [value for value in named if named.count(value) > 1]
        if twice:
            raise ValueError(f"`surface_values` should name each value once. Received twice: {twice[0]!r}")
        for values in ("label_values", "surface_values", "weight_values"):
            column = values.removesuffix("_values")
            if getattr(self, values) and not getattr(self, column):
                raise ValueError(f"`{values}` needs `{column}`, the name of the column that holds them.")
        self._check_weights()
        self._check_places()

    def _check_places(self) -> None:
        if self.first_place not in (0, 1):
            raise ValueError(f"`first_place` should be 0 or 1. Received: first_place={self.first_place}")
        if not self.first_place and not self.place:
            raise ValueError("`first_place` needs `place`, the name of the column that holds places.")
        if self.list_order and not self.lists:
            raise ValueError("`list_order` needs `lists`, the names of the columns that hold lists.")
        if self.list_order and self.place:
            raise ValueError(
                "`list_order` takes the place from the order of a list, `place` from a column. Leave one of both out. "
                f"Received: place={self.place!r}"
            )

    @property
    def tells_places(self) -> bool:
        """Whether a log says at which place of its list an item was shown."""
        return bool(self.place or self.list_order)

    def _check_weights(self) -> None:
        told = {f"weight_values.{value}": weight for value, weight in self.weight_values.items()}
        for name, weight in {**told, "weight_cap": self.weight_cap}.items():
            if not 0 <= weight <= MAX_WEIGHT:
                raise ValueError(f"`{name}` should be a number from 0 to {MAX_WEIGHT:g}. Received: {weight}")
        if self.weight_values and (self.weight_cap or self.weight_log):
            raise ValueError(
                "`weight_values` says what an action weighs; `weight_cap` and `weight_log` are for numbers. Leave one "
                "of both out."
            )
        for name in ("weight_cap", "weight_log"):
            if getattr(self, name) and not self.weight:
                raise ValueError(f"`{name}` needs `weight`, the name of the column that holds numbers.")

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        label = self.label if self.label_values else ""
        names = (self.user_id, self.timestamp, self.surface, self.item_id, label, self.weight, self.place)
        plain = (name for name in (*names, *self.context) if name and not list_of(name, self.lists))
        return tuple(dict.fromkeys((*self.lists, *plain)))

    @property
    def named(self) -> tuple[str, ...]:
        """All columns with an event's fields, those within lists too."""
        names = (self.user_id, self.timestamp, self.surface, self.query, self.session_id, self.item_id, self.label)
        return tuple(dict.fromkeys(name for name in (*names, self.weight, self.place, *self.context) if name))

    @functools.cached_property
    def surface_of(self) -> Mapping[str, Surface]:
        """The surface of each value of the column `surface`."""
        if not self.surface_values:
            return _SURFACES
        return {value: _SURFACES[surface] for surface, values in self.surface_values.items() for value in values}


@dataclass(frozen=True)
class ItemColumns:
    """Which column holds which field of an item.

    Attributes:
        item_id: The column of the item's id. Required.
        title: The column of the title. May be missing from the file.
        categories: The column of the category path: names joined by `category_separator`, broad to narrow, or a list of
            names in JSON and Parquet. May be missing from the file.
        category_separator: What stands between the names of a category path, such as `|`, `>` or `/`.
        attributes: Further columns of one value each, such as a brand. Each must be there.
        numbers: Columns of one number each, such as a price or a rating. An empty value is unknown. Each must be there.
            `transform.number_scale` says how the models see them.
        vectors: The column of what a text or image model makes of the item: a list of numbers in JSON and Parquet; in
            text, numbers with spaces, commas, semicolons or bars between them. All are equally long. An item without
            one is counted, and its vector adds nothing. Empty: there are none.
    """

    item_id: str = "item_id"
    title: str = "title"
    categories: str = "categories"
    attributes: tuple[str, ...] = ()
    category_separator: str = CATEGORY_SEPARATOR
    numbers: tuple[str, ...] = ()
    vectors: str = ""

    def __post_init__(self) -> None:
        """Refuses a separator that divides nothing."""
        if not self.category_separator.strip():
            raise ValueError(f"`category_separator` should be a sign. Received: {self.category_separator!r}")

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return (self.item_id, *self.attributes, *self.numbers, *self.lists)

    @property
    def lists(self) -> tuple[str, ...]:
        """The columns that keep their lists."""
        return (self.vectors,) if self.vectors else ()


@dataclass(frozen=True)
class UserColumns:
    """Which column holds which field of a user.

    Attributes:
        user_id: The column of the user's id. Required.
        attributes: Further columns of one value each, such as an activity level. Each must be there.
        numbers: Columns of one number each, such as an age. An empty value is unknown. Each must be there.
    """

    user_id: str = "user_id"
    attributes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def required(self) -> tuple[str, ...]:
        """The columns that a file must have."""
        return (self.user_id, *self.attributes, *self.numbers)


@dataclass(frozen=True)
class RowRules:
    """What the values of a row mean, whichever column they stand in. The defaults are those of published layouts.

    Attributes:
        earliest_ms: An earlier time is refused, because it comes from a wrong unit; in milliseconds since 1970.
        zone: The time zone of times that name none.
        null_markers: Values that count as empty, except for times, surfaces and labels.
        label_threshold: The least rating that is an engagement; None if labels are no ratings.
        section: What stands before `columns` in the names of settings, such as `data.sources[1].`.
        ids_may_be_floats: Whether the id `1009.0` is 1009, because pandas writes ids so if their column has gaps.
        converted: What was read otherwise than it is written since whoever reads the rows emptied it: the reason, and
            the value with what became of it.
    """

    earliest_ms: int = 0
    zone: datetime.tzinfo = datetime.timezone.utc
    null_markers: frozenset[str] = frozenset()
    label_threshold: float | None = None
    ids_may_be_floats: bool = False
    section: str = "data."
    converted: list[tuple[str, str]] = field(default_factory=list, compare=False)

    def known(self, text: str) -> str:
        """A value; empty if it is a null marker."""
        return "" if text in self.null_markers else text

    def id_of(self, text: str, column: str) -> str:
        """An id; empty if it is a null marker."""
        if self.ids_may_be_floats and text[-2:] == _FLOAT_END and text[:-2].isdecimal():
            self.converted.append((FLOAT_IDS, f"{text[:40]!r} in column {column!r}, read as {text[:-2][:40]!r}"))
            return text[:-2]
        return "" if text in self.null_markers else text


_NO_RULES = RowRules()
_NOT_WRONG = "; empty data.earliest if the log is so old, or counts from another moment than 1970"


def other_separator(categories: tuple[str, ...]) -> str:
    """The sign that seems to divide a category path which was read as one category; empty if there is none."""
    found = _SEPARATORS.search(categories[0].strip("<>/;| ")) if len(categories) == 1 else None
    return found[0].strip() if found else ""


def plain_id(text: str) -> str:
    """An id without quotation marks, case, leading zeros and decimals, which depend on how it was written."""
    plain = text.strip().strip("'\"").casefold()
    if re.fullmatch(r"\d+(\.0+)?", plain):
        return plain.split(".")[0].lstrip("0") or "0"
    return plain


def field_text(row: Mapping[str, object], column: str) -> str:
    """The value of a column as text, stripped of spaces; empty if the row lacks the column.

    Raises:
        RowError: The value holds a NUL byte, is not UTF-8, or is too long.
    """
    value = row.get(column)
    text = "" if value is None else str(value)
    if "\x00" in text:
        raise RowError("NUL byte", f"column {column!r} holds a NUL byte")
    if "\ufffd" in text:
        raise RowError("wrong encoding", f"column {column!r} is not UTF-8, or not what data.encoding says")
    if len(text) > MAX_FIELD_CHARACTERS:
        raise RowError(
            "huge field", f"column {column!r} holds {len(text)} characters, more than {MAX_FIELD_CHARACTERS}"
        )
    return text.strip()


def _plain_text(row: Mapping[str, object], column: str) -> str:
    """The same as `field_text`, but without its checks."""
    value = row.get(column)
    return "" if value is None else str(value).strip()


def _text_reader(row: Mapping[str, object]) -> Callable[[Mapping[str, object], str], str]:
    """Chooses how to read the fields of a row: with checks only if some value of the row could fail them.

    One check of the whole row is faster than one check for each field, and hardly any row fails.
    """
    try:
        text = "".join(cast(Iterable[str], row.values()))
    except TypeError:  # Text files hold nothing but text; other formats hold numbers, too.
        text = "".join(map(str, row.values()))
    if "\x00" in text or "\ufffd" in text or len(text) > MAX_FIELD_CHARACTERS:
        return field_text
    return _plain_text


def time_of(text: str, columns: EventColumns, rules: RowRules, now_ms: int) -> int:
    """Reads a time, in milliseconds since 1970; raises RowError if it is none, or not between earliest and now."""
    unit = UNITS[columns.time_unit]
    if len(text) < _LONG_NUMBER and text.isascii() and text.isdigit():
        milliseconds = int(text) * unit.milliseconds // unit.in_a_millisecond
        if rules.earliest_ms <= milliseconds <= now_ms:
            return milliseconds
    moment = number_ms(text, unit)
    if moment is None:
        moment = calendar_ms(text, rules.zone)
    if moment is None:
        raise RowError(
            "unparsable time",
            f"column {columns.timestamp!r} holds {text[:40]!r}; give {unit.told} since 1970, ISO 8601 or RFC 2822",
        )
    if not max(rules.earliest_ms, 0) <= moment <= now_ms:
        raise _implausible_time(text, moment, columns, rules, now_ms)
    return moment


def _implausible_time(text: str, moment: int, columns: EventColumns, rules: RowRules, now_ms: int) -> RowError:
    holds, told = f"column {columns.timestamp!r} holds {text[:40]!r}", UNITS[columns.time_unit].told
    hint = unit_hint(text, columns.time_unit, max(rules.earliest_ms, PLAUSIBLE_MS), now_ms, rules.section)
    if moment > now_ms:
        asked = f"does it count {told}, as {rules.section}columns.time_unit says?"
        return RowError("future time", f"{holds}, after now{hint or f'; {asked}'}")
    if moment < 0:
        return RowError("negative time", f"{holds}, before 1970")
    counted = f" if it counts {told}" if number_ms(text, UNITS[columns.time_unit]) is not None else ""
    earliest = f"before data.earliest = {day(rules.earliest_ms)}"
    return RowError("early time", f"{holds}, which is {day(moment)}{counted}, {earliest}{hint or _NOT_WRONG}")


def event_from_row(row: Mapping[str, object], columns: EventColumns, now_ms: int, rules: RowRules = _NO_RULES) -> Event:
    """Reads one event.

    Args:
        row: Column name to value. Bytes that are not UTF-8 appear as U+FFFD.
        columns: Which column holds which field.
        now_ms: The time of reading, in milliseconds since 1970. Later events are refused.
        rules: What the values mean. By default, those of a layout that fixes the meaning of its times.

    Raises:
        RowError: The row cannot be used. The message says why.
    """
    text, nulls = _text_reader(row), rules.null_markers
    query = text(row, columns.query)
    if query in nulls:
        query = ""
    if columns.label_values or columns.surface_values:
        # Rows of other kinds may lack all else, so they are left out first.
        _check_kind(text(row, columns.surface), text(row, columns.label), columns, rules.section)
    user_id = text(row, columns.user_id)
    if user_id in nulls or user_id[-2:] == _FLOAT_END:
        user_id = rules.id_of(user_id, columns.user_id)
    if not user_id:
        raise _missing("user", row, columns.user_id)
    timestamp_ms = time_of(text(row, columns.timestamp), columns, rules, now_ms)
    if columns.surface:
        name = text(row, columns.surface)
        if name not in columns.surface_of:
            raise RowError(
                "unknown surface", f"column {columns.surface!r} holds {name[:40]!r}; give {' or '.join(_SURFACES)}"
            )
        surface = columns.surface_of[name]
    else:
        surface = _SEARCH if query else Surface.RECOMMENDATION
    item_id = text(row, columns.item_id)
    if item_id in nulls or item_id[-2:] == _FLOAT_END:
        item_id = rules.id_of(item_id, columns.item_id)
    if not item_id and surface is not _SEARCH:
        raise _missing("item", row, columns.item_id, " on a recommendation event")
    check_id(user_id, columns.user_id)
    check_id(item_id, columns.item_id)
    label_text = text(row, columns.label)
    if label_text in _PLAIN_LABELS and not columns.label_values and rules.label_threshold is None:
        label = _PLAIN_LABELS[label_text]
    else:
        label = label_of(label_text, columns, rules)
    session_id = ""
    if surface is _SEARCH:
        session_id = text(row, columns.session_id)
        if session_id in nulls or session_id[-2:] == _FLOAT_END:
            session_id = rules.id_of(session_id, columns.session_id)
    return Event(
        user_id=user_id,
        timestamp_ms=timestamp_ms,
        surface=surface,
        query=query if surface is _SEARCH else "",
        session_id=session_id,
        item_id=item_id,
        label=label,
        context={name: rules.known(text(row, name)) for name in columns.context},
        weight=weight_of(text(row, columns.weight), columns, rules) if columns.weight and label and item_id else 1.0,
        place=place_of(text(row, columns.place), columns, rules) if columns.place and item_id else 0,
    )


def _check_kind(surface: str, label: str, columns: EventColumns, section: str) -> None:
    """Leaves out a row of a kind that the configuration does not name."""
    for setting, column, value, named in (
        ("surface_values", columns.surface, surface, columns.surface_of if columns.surface_values else None),
        ("label_values", columns.label, label, columns.label_values or None),
    ):
        if named is not None and value not in named:
            reason = f"{LEFT_OUT}{column} {value[:40]!r}"
            raise RowError(reason, f"{section}columns.{setting} does not name it", as_told=True)


def label_of(text: str, columns: EventColumns, rules: RowRules) -> int:
    """Reads a label. Raises RowError if it is none, and KeyError if `label_values` does not name it."""
    if columns.label_values:
        return columns.label_values[text]
    if not text:
        return 1
    if rules.label_threshold is not None:
        rating = _number(text)
        if rating is None:
            raise RowError(
                "unknown label", f"column {columns.label!r} holds {text[:40]!r}; data.label_threshold needs a number"
            )
        return int(rating >= rules.label_threshold)
    label = _LABELS.get(text)
    if label is None:
        label = _spelled_label(text, columns.label)
    return label


def _spelled_label(text: str, column: str) -> int:
    number = _number(text)
    label = _LABELS.get(text.casefold()) if number is None else {0.0: 0, 1.0: 1}.get(number)
    if label is None:
        rating = "" if number is None else ", or data.label_threshold if it is a rating"
        raise RowError("unknown label", f"column {column!r} holds {text[:40]!r}; give 0 or 1{rating}")
    return label


def weight_of(text: str, columns: EventColumns, rules: RowRules) -> float:
    """Reads the weight of an engagement; raises RowError if it is none. Rows that were only shown need none."""
    if columns.weight_values:
        if text not in columns.weight_values:
            reason = f"{LEFT_OUT}{columns.weight} {text[:40]!r}"
            raise RowError(reason, f"{rules.section}columns.weight_values does not name it", as_told=True)
        return columns.weight_values[text]
    if not rules.known(text):
        rules.converted.append((NO_WEIGHT, f"{text[:40]!r} in column {columns.weight!r}"))
        return 1.0
    number, holds = _number(text), f"column {columns.weight!r} holds {text[:40]!r}"
    if number is None or number < 0:
        hint = ""
        if number is None:
            hint = f", or name the column's words in {rules.section}columns.weight_values if they are actions"
        raise RowError("unknown weight", f"{holds}; {rules.section}columns.weight needs a number of at least 0{hint}")
    if columns.weight_cap:
        number = min(number, columns.weight_cap)
    if columns.weight_log:
        number = math.log1p(number)
    if number > MAX_WEIGHT:
        raise RowError("huge weight", f"{holds}, more than {MAX_WEIGHT:g}; set {rules.section}columns.weight_cap")
    return number


def place_of(text: str, columns: EventColumns, rules: RowRules) -> int:
    """Reads the place at which an item was shown, from 1; 0 if nobody knows. Raises RowError if it is none."""
    if not rules.known(text):
        return 0
    number, first = _number(text), columns.first_place
    if number is None or not number.is_integer() or not first <= number < first + MAX_PLACE:
        counts = f"a whole number from {first} (the top of the list) to {first + MAX_PLACE - 1:,}, or nothing"
        hint = f"; set {rules.section}columns.first_place: 0 if the log counts from 0" if number == 0 else ""
        raise RowError("unknown place", f"column {columns.place!r} holds {text[:40]!r}; give {counts}{hint}")
    return int(number) - first + 1


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _missing(what: str, row: Mapping[str, object], column: str, where: str = "") -> RowError:
    value = field_text(row, column)
    holds = f"holds {value!r}, which data.null_markers names" if value else "is empty"
    return RowError(f"missing {what}", f"column {column!r} {holds}{where}")


def item_from_row(row: Mapping[str, object], columns: ItemColumns, rules: RowRules = _NO_RULES) -> Item:
    """Reads one item; raises RowError if the row cannot be used."""
    item_id = rules.id_of(field_text(row, columns.item_id), columns.item_id)
    if not item_id:
        raise _missing("item", row, columns.item_id)
    check_id(item_id, columns.item_id)
    path = row.get(columns.categories)
    text = field_text(row, columns.categories)
    categories = path.names if isinstance(path, NameList) else text.split(columns.category_separator.strip())
    return Item(
        item_id=item_id,
        title=rules.known(field_text(row, columns.title)),
        categories=tuple(name for name in (rules.known(each.strip()) for each in categories) if name),
        attributes={name: rules.known(field_text(row, name)) for name in columns.attributes},
        numbers=_numbers(row, columns.numbers, "data.item_columns.numbers", rules),
        vector=_vector(row, columns.vectors, rules),
    )


def user_from_row(row: Mapping[str, object], columns: UserColumns, rules: RowRules = _NO_RULES) -> User:
    """Reads one user; raises RowError if the row cannot be used."""
    user_id = rules.id_of(field_text(row, columns.user_id), columns.user_id)
    if not user_id:
        raise _missing("user", row, columns.user_id)
    check_id(user_id, columns.user_id)
    return User(
        user_id,
        {name: rules.known(field_text(row, name)) for name in columns.attributes},
        _numbers(row, columns.numbers, "data.user_columns.numbers", rules),
    )


def _numbers(row: Mapping[str, object], names: tuple[str, ...], setting: str, rules: RowRules) -> dict[str, float]:
    known = ((name, rules.known(field_text(row, name))) for name in names)
    return {name: number_of(text, name, setting) for name, text in known if text}


def _vector(row: Mapping[str, object], column: str, rules: RowRules) -> tuple[float, ...]:
    value = row.get(column)
    if not column or value is None or (isinstance(value, str) and not rules.known(value.strip())):
        return ()
    return vector_of(value, column)
