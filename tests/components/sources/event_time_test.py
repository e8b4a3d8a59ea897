import datetime
import re

import pytest

from components.sources.event_time import UNITS, calendar_ms, day, number_ms, time_zone, unit_hint

MORNING_MS = 1_795_773_600_000
"""27 November 2026, 10:00 UTC: 20,784 days and 10 hours after 1970."""


def test_the_morning_of_these_tests_is_computed_by_hand():
    # 56 years since 1970, 14 of them leap years, and 330 days of 2026 before 27 November.
    assert MORNING_MS == (56 * 365 + 14 + 330) * 86_400_000 + 10 * 3_600_000


@pytest.mark.parametrize(
    ("text", "since"),
    [
        *((f"2026-11-27{between}10:00:00{zone}", 0) for between in ["T", "t"] for zone in ("", "Z", " UTC", " GMT")),
        *((f"2026-11-27 10:00:00{zone}", 0) for zone in ("", "Z", "z", " UTC", "UTC", " GMT", "+00", "-0000")),
        # From one to nine decimals, by point or comma; the fourth and later ones are cut off.
        *(
            (f"2026-11-27T10:00:00{point}{'987654321'[:many]}Z", (900, 980, *[987] * 7)[many - 1])
            for point in ".," for many in range(1, 10)
        ),
        ("2026-11-27T10:00:00.9999999", 999),
        ("2026-11-27T10:00:00.05", 50),
        # Offsets, also with a space before them.
        ("2026-11-27T18:00:00+0800", 0),
        ("2026-11-27T18:00:00+08:00", 0),
        ("2026-11-27T18:00:00+08", 0),
        ("2026-11-27T18:00:00 +0800", 0),
        ("2026-11-27T06:30:00-03:30", 0),
        ("2026-11-27T18:00:00.250+08:00", 250),
        # The basic format.
        ("20261127T100000Z", 0),
        ("20261127T100000", 0),
        ("20261127T100000.5Z", 500),
        ("20261127T1000", 0),
        ("20261127T180000+0800", 0),
        # Minutes, hours, days.
        ("2026-11-27T10:00", 0),
        ("2026-11-27 10:00Z", 0),
        ("2026-11-27T10", 0),
        ("2026-11-27", -10 * 3_600_000),
        ("20261127", -10 * 3_600_000),
        # RFC 2822, as in mails and in HTTP.
        ("Fri, 27 Nov 2026 10:00:00 +0000", 0),
        ("Fri, 27 Nov 2026 10:00:00 GMT", 0),
        ("27 Nov 2026 18:00 +0800", 0),
        ("fri, 27 nov 2026 10:00:07", 7000),
        ("Tue, 3 Nov 2026 10:00:00 UT", -24 * 86_400_000),
    ],
)  # fmt: skip
def test_dates(text, since):
    assert calendar_ms(text) == MORNING_MS + since


@pytest.mark.parametrize(
    "text",
    [
        *("", "soon", "nan", "2026", "2026-11", "1795773600000", "27.11.2026", "11/27/2026 10:00"),
        *("2026-13-01", "2026-02-29", "2026-11-27T24:00:00", "2026-11-27T10:60:00Z", "2026-11-27T10:00:60Z"),
        *("2026-1127", "2026-11-27T", "2026-11-27T10:00:00.", "2026-11-27T10:00:00.1234567890Z"),
        *("2026-11-27T10:00:00 CET", "2026-11-27T10:00:00Z ", "２０２６-11-27", "2026-11-27T10:0", "2026-11-27Z"),
        *("Fri, 31 Nov 2026 10:00:00 +0000", "Fre, 27 Nov 2026 10:00:00 +0000", "Fri, 27 Nov 26 10:00:00 +0000"),
        *("0000-01-01", "2026-W48-5", "2026-331", "0000-01-01T10:00:00Z", "2026-99-99T10:00:00Z"),
    ],
)
def test_what_is_no_date(text):
    assert calendar_ms(text) is None


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("1795773600", "s", MORNING_MS),
        ("1795773600000", "ms", MORNING_MS),
        ("1795773600000999", "us", MORNING_MS),
        ("1795773600000999999", "ns", MORNING_MS),
        ("1795773600.25", "s", MORNING_MS + 250),
        ("1795773600.0019999", "s", MORNING_MS + 1),
        ("1795773600000.0", "ms", MORNING_MS),
        ("1.7957736e9", "s", MORNING_MS),
        ("1.7957736E+12", "ms", MORNING_MS),
        ("+5", "ms", 5),
        ("-1", "us", -1),
        (".5", "s", 500),
        *((text, "ms", None) for text in ("", "soon", "nan", "inf", "1_000", "0x10", "1,5", "e9", "1e999", "١")),
        ("9" * 40, "ms", None),
    ],
)  # fmt: skip
def test_numbers(text, unit, expected):
    assert number_ms(text, UNITS[unit]) == expected


BERLIN, KOLKATA = time_zone("Europe/Berlin"), time_zone("Asia/Kolkata")


@pytest.mark.parametrize(
    ("text", "zone", "utc"),
    [
        ("2026-11-27T11:00:00", BERLIN, "2026-11-27T10:00:00Z"),
        ("2026-07-27 12:00:00.5", BERLIN, "2026-07-27T10:00:00.5Z"),
        ("2026-07-27", BERLIN, "2026-07-26T22:00:00Z"),
        ("Mon, 27 Jul 2026 12:00", BERLIN, "2026-07-27T10:00:00Z"),
        ("20261127T153000", KOLKATA, "2026-11-27T10:00:00Z"),
        # A zone in the text counts.
        ("2026-11-27T10:00:00Z", BERLIN, "2026-11-27T10:00:00Z"),
        ("2026-11-27T18:00:00+08", BERLIN, "2026-11-27T10:00:00Z"),
        # On 25 October 2026 the clock showed half past two twice.
        ("2026-10-25T02:30:00", BERLIN, "2026-10-25T00:30:00Z"),
        ("2026-10-25T03:30:00", BERLIN, "2026-10-25T02:30:00Z"),
    ],
)
def test_a_text_without_a_zone_is_told_by_the_given_one(text, zone, utc):
    assert calendar_ms(text, zone) == calendar_ms(utc)


def test_zones_are_known_by_name():
    assert time_zone("UTC") is datetime.timezone.utc
    for name in ("Europe/Nowhere", "Europe", "../etc/passwd", "", "+02:00"):
        with pytest.raises(
            ValueError, match=f"^{re.escape(repr(name))} is no time zone; give an IANA name such as Europe/Berlin"
        ):
            time_zone(name)


def test_a_number_of_a_wrong_unit_is_told_by_the_right_one():
    begin, end = calendar_ms("1990-01-01"), calendar_ms("2026-12-01")
    told = "; in {} (data.columns.time_unit: {}) it is 2026-11-27"
    assert unit_hint("1795773600", "ms", begin, end) == told.format("seconds", "s")
    assert unit_hint("1795773600000000", "ms", begin, end) == told.format("microseconds", "us")
    assert unit_hint("1795773600000", "s", begin, end) == told.format("milliseconds", "ms")
    assert unit_hint("20261127", "ms", begin, end) == "; a date needs dashes: 2026-11-27"
    assert unit_hint("20261127100000", "s", begin, end) == "; a date needs dashes: 2026-11-27"
    assert [unit_hint(text, "ms", begin, end) for text in ("7", "soon", "1969-12-31")] == ["", "", ""]
    assert (day(MORNING_MS), day(10**17)) == ("2026-11-27", str(10**17))
