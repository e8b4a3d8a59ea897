"""Reads moments: numbers of a unit, ISO 8601 and RFC 2822, alike on every Python.

`datetime.fromisoformat` reads more texts with each version of Python, so that one log would be read by one stack and
refused by the other. What is finer than a millisecond is cut off.
"""

import datetime
import decimal
import functools
import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Unit:
    """What a number counts.

    Attributes:
        told: The name in words, such as `seconds`.
        milliseconds: How many milliseconds one is; 1 for a unit that is shorter.
        in_a_millisecond: How many are a millisecond; 1 for a unit that is longer.
    """

    told: str
    milliseconds: int = 1
    in_a_millisecond: int = 1


SECONDS: Final = "s"
MILLISECONDS: Final = "ms"
MICROSECONDS: Final = "us"
NANOSECONDS: Final = "ns"
UNITS: Final[Mapping[str, Unit]] = {
    SECONDS: Unit("seconds", milliseconds=1000),
    MILLISECONDS: Unit("milliseconds"),
    MICROSECONDS: Unit("microseconds", in_a_millisecond=1000),
    NANOSECONDS: Unit("nanoseconds", in_a_millisecond=1_000_000),
}
"""The values of `data.columns.time_unit`."""

PLAUSIBLE_MS: Final = 631_152_000_000
"""1 January 1990. Hardly a log is older, and numbers of a wrong unit lie in 1970."""
_LONGEST: Final = 30
"""A number of more digits, or with such an exponent, is no time."""
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_CLOCK: Final = r"(?P<hour>\d\d)(?::?(?P<minute>\d\d)(?::?(?P<second>\d\d)(?:[.,](?P<fraction>\d{1,9}))?)?)?"
_ISO: Final = re.compile(
    rf"(?P<date>(?P<year>\d{{4}})(?P<dash>-?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d))"
    rf"(?:[T ]{_CLOCK} ?(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
_USUAL: Final = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z| UTC|[+-]\d\d:?\d\d)?", re.ASCII
)
"""What nearly all logs write. It is tried first, because it is read in a third of the time."""
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_RFC_2822: Final = re.compile(
    rf"(?:(?:mon|tue|wed|thu|fri|sat|sun), )?(?P<day>\d{{1,2}}) (?P<month>{'|'.join(_MONTHS)}) (?P<year>\d{{4}}) "
    r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d))?(?: (?P<zone>Z|UT|UTC|GMT|[+-]\d{4}))?",
    re.ASCII | re.IGNORECASE,
)
_DATE_OF_DIGITS: Final = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(\d{6})?", re.ASCII)
_EPOCH_DAY: Final = datetime.date(1970, 1, 1).toordinal()
_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS


def number_ms(text: str, unit: Unit) -> int | None:
    """The time that a number tells, in milliseconds since 1970; None if the text is no number.

    Args:
        text: Such as `1300000000`, `1300000000.25` or `1.3e9`.
        unit: What the number counts.
    """
    if _NUMBER.fullmatch(text) is None:
        return None
    number = decimal.Decimal(text)
    if number.adjusted() > _LONGEST:
        return None
    exact = number * unit.milliseconds / unit.in_a_millisecond
    return int(exact.to_integral_value(decimal.ROUND_FLOOR))


def calendar_ms(text: str, zone: datetime.tzinfo = datetime.timezone.utc) -> int | None:
    """The time that a date tells, in milliseconds since 1970; None if the text is no date that we know.

    Args:
        text: ISO 8601, extended or basic, with a space or a T, down to the day, hour, minute, second or nanosecond; or
            RFC 2822, such as `Fri, 27 Nov 2026 10:00:00 +0000`.
        zone: The time zone of texts that name none. Of an hour that the clock shows twice, the first is meant.
    """
    usual = _USUAL.fullmatch(text)
    if usual is not None:
        date, hour, minute, second, fraction, named = usual.groups()
        if hour > "23" or minute > "59" or second > "59":
            return None
        local = _date_ms(date)
        if local is None:
            return None
        local += (int(hour) * 60 + int(minute)) * _MINUTE_MS + int(second) * 1000
        if fraction is not None:
            local += int(fraction[:3].ljust(3, "0"))
        return local - (_offset_ms(local, zone) if named is None else _named_offset_ms(named))
    match = _ISO.fullmatch(text)
    if match is None:
        match = _RFC_2822.fullmatch(text)
        if match is None:
            return None
        return _moment(match, _MONTHS.index(match["month"].lower()) + 1, "", zone)
    return _moment(match, int(match["month"]), match["fraction"] or "", zone)


def unit_hint(text: str, unit: str, earliest_ms: int, latest_ms: int, section: str = "data.") -> str:
    """Says by which other unit a number would be a moment between two others; empty if there is no such unit."""
    for name, each in UNITS.items():
        moment = number_ms(text, each)
        if name != unit and moment is not None and earliest_ms <= moment <= latest_ms:
            return f"; in {each.told} ({section}columns.time_unit: {name}) it is {day(moment)}"
    if _DATE_OF_DIGITS.fullmatch(text):
        return f"; a date needs dashes: {text[:4]}-{text[4:6]}-{text[6:8]}"
    return ""


def day(milliseconds: int) -> str:
    """The day of a time, in UTC; the number itself if it is beyond the calendar."""
    try:
        return datetime.datetime.fromtimestamp(milliseconds / 1000, datetime.timezone.utc).strftime("%Y-%m-%d")
    except (OverflowError, ValueError, OSError):
        return str(milliseconds)


def time_zone(name: str) -> datetime.tzinfo:
    """The time zone with an IANA name, such as `Europe/Berlin`.

    Raises:
        ValueError: There is no such zone.
    """
    if name == "UTC":
        return datetime.timezone.utc
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; give an IANA name such as Europe/Berlin or UTC") from None


def _moment(match: re.Match[str], month: int, fraction: str, zone: datetime.tzinfo) -> int | None:
    named, clock = match["zone"], match["hour"] is not None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second")) if clock else (0, 0, 0)
    if hour > 23 or minute > 59 or second > 59:
        return None
    try:
        day = _day(int(match["year"]), month, int(match["day"]))
    except ValueError:
        return None
    since = hour * _HOUR_MS + minute * _MINUTE_MS + second * 1000
    local = day * _DAY_MS + since + (int(fraction[:3].ljust(3, "0")) if fraction else 0)
    if named is None:
        return local - _offset_ms(local, zone)
    return local - _named_offset_ms(named)


def _day(year: int, month: int, day: int) -> int:
    """The number of days since 1970."""
    return datetime.date(year, month, day).toordinal() - _EPOCH_DAY


@functools.lru_cache(maxsize=4096)
def _date_ms(date: str) -> int | None:
    """The first millisecond of a day written YYYY-MM-DD, by UTC; None if there is no such day."""
    try:
        return _day(int(date[:4]), int(date[5:7]), int(date[8:])) * _DAY_MS
    except ValueError:
        return None


def _offset_ms(local_ms: int, zone: datetime.tzinfo) -> int:
    """How far the clocks of a zone are ahead of UTC when they show a time."""
    if zone is datetime.timezone.utc:
        return 0
    shown = datetime.datetime(1970, 1, 1) + datetime.timedelta(milliseconds=local_ms)
    offset = shown.replace(tzinfo=zone).utcoffset()
    assert offset is not None, "a zone knows its offset"
    return offset // datetime.timedelta(milliseconds=1)


@functools.lru_cache(maxsize=256)
def _named_offset_ms(name: str) -> int:
    if not name[-1].isdigit():
        return 0
    digits = name[1:].replace(":", "").ljust(4, "0")
    offset = int(digits[:2]) * _HOUR_MS + int(digits[2:]) * _MINUTE_MS
    return -offset if name[0] == "-" else offset
