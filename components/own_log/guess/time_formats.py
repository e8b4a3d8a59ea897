"""Recognizes the format of times: numbers of a unit, or dates of a pattern."""

import datetime
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from components.sources.event_time import MILLISECONDS, UNITS, calendar_ms, number_ms

ISO: Final = "ISO 8601"
"""What a run reads without a setting: ISO 8601 and RFC 2822."""
_PLAUSIBLE: Final = {"s": (1e8, 1e11), "ms": (1e11, 1e14), "us": (1e14, 1e17), "ns": (1e17, 1e20)}
"""Each unit covers 1973 to 5138, so no number fits two units."""
_SHAPES = (
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}:\d{2}", ("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}", ("%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M")),
    (r"\d{1,2}/\d{1,2}/\d{4} \d{1,2}:\d{2}(:\d{2})? [AaPp][Mm]", ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p")),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}:\d{2}", ("%d.%m.%Y %H:%M:%S",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}", ("%d.%m.%Y %H:%M",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}:\d{2}", ("%Y/%m/%d %H:%M:%S",)),
    (r"\d{4}/\d{1,2}/\d{1,2} \d{1,2}:\d{2}", ("%Y/%m/%d %H:%M",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{14}", ("%Y%m%d%H%M%S",)),
)
_MOST = 0.9
"""This share of the values must have the format; the rest may be broken."""


@dataclass(frozen=True)
class TimeFormat:
    """The format of a column's times.

    Attributes:
        name: `s`, `ms`, `us`, `ns`, `ISO 8601`, or a pattern of strptime.
        told: The name in words.
        is_read: Whether a run reads it; for numbers, with `data.columns.time_unit`.
        ambiguous: Whether days and months cannot be told apart.
    """

    name: str
    told: str
    is_read: bool
    ambiguous: bool = False

    @property
    def time_unit(self) -> str:
        """The value of `data.columns.time_unit` for a format that a run reads."""
        return self.name if self.name in UNITS else MILLISECONDS

    def parser(self) -> Callable[[str], int]:
        """Makes a function from a value to milliseconds since 1970. It raises ValueError if the value is no time."""
        if self.name in UNITS:
            return lambda text: _known(number_ms(text, UNITS[self.name]), text)
        if self.name == ISO:
            return lambda text: _known(calendar_ms(text), text)
        return lambda text: _milliseconds(datetime.datetime.strptime(text, self.name))


def time_format(values: Sequence[str]) -> TimeFormat | None:
    """Recognizes the format of times; None if most values are no times.

    Args:
        values: Some values of a column, as text. Empty ones are ignored.
    """
    known = [value for value in map(str.strip, values) if value]
    if not known:
        return None
    numbers = [each for each in map(_number, known) if each is not None]
    if len(numbers) >= _MOST * len(known) and not all(re.fullmatch(r"(19|20)\d{12}", value) for value in known):
        units = Counter(
            name for number in numbers for name, (least, most) in _PLAUSIBLE.items() if least <= number < most
        )
        if not units or units.most_common(1)[0][1] < _MOST * len(numbers):
            return None
        return _of_unit(units.most_common(1)[0][0])
    if _share(known, TimeFormat(ISO, ISO, True).parser()) >= _MOST:
        return TimeFormat(ISO, ISO, True)
    for shape, patterns in _SHAPES:
        if sum(re.fullmatch(shape, value) is not None for value in known) < _MOST * len(known):
            continue
        fitting = [each for each in patterns if _share(known, TimeFormat(each, each, False).parser()) >= _MOST]
        if fitting:
            days_or_months = [each for each in fitting if each.startswith(("%m/", "%d/"))]
            return TimeFormat(fitting[0], f"dates written as {fitting[0]}", False, len(days_or_months) > 1)
    return None


def format_named(name: str) -> TimeFormat:
    """The format with a name: `s`, `ms`, `us`, `ns`, `iso`, or a pattern of strptime such as `%d/%m/%Y %H:%M`.

    Raises:
        ValueError: There is no such format; the message lists those that there are.
    """
    if name in UNITS:
        return _of_unit(name)
    if name.lower() in ("iso", ISO.lower()):
        return TimeFormat(ISO, ISO, True)
    if "%" not in name:
        raise ValueError(
            f"{name!r} is no way of telling the time; give s, ms, us, ns, iso or a pattern such as '%d/%m/%Y %H:%M'"
        )
    return TimeFormat(name, f"dates written as {name}", False)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _share(values: Sequence[str], parse: Callable[[str], int]) -> float:
    good = 0
    for value in values:
        try:
            parse(value)
        except ValueError:
            continue
        good += 1
    return good / len(values)


def _of_unit(name: str) -> TimeFormat:
    return TimeFormat(name, f"{UNITS[name].told} since 1970", True)


def _known(moment: int | None, text: str) -> int:
    if moment is None:
        raise ValueError(f"{text!r} is no time")
    return moment


def _milliseconds(moment: datetime.datetime) -> int:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    return round(moment.timestamp() * 1000)
