import pytest

from components.own_log.guess.time_formats import format_named, time_format

MOMENT_MS = 1_700_000_000_000
"""14 November 2023, 22:13:20 UTC."""


@pytest.mark.parametrize(
    ("value", "name", "is_read", "milliseconds"),
    [
        ("1700000000", "s", True, MOMENT_MS),
        ("1700000000.25", "s", True, MOMENT_MS + 250),
        ("1700000000000", "ms", True, MOMENT_MS),
        ("1700000000000123", "us", True, MOMENT_MS),
        ("1700000000000999999", "ns", True, MOMENT_MS),
        ("2023-11-14T22:13:20Z", "ISO 8601", True, MOMENT_MS),
        ("2023-11-14 23:13:20+01:00", "ISO 8601", True, MOMENT_MS),
        ("2023-11-14 22:13", "ISO 8601", True, MOMENT_MS - 20_000),
        ("Tue, 14 Nov 2023 22:13:20 GMT", "ISO 8601", True, MOMENT_MS),
        ("14.11.2023 22:13:20", "%d.%m.%Y %H:%M:%S", False, MOMENT_MS),
        ("14/11/2023 22:13:20", "%d/%m/%Y %H:%M:%S", False, MOMENT_MS),
        ("11/14/2023 22:13:20", "%m/%d/%Y %H:%M:%S", False, MOMENT_MS),
        ("11/14/2023 10:13:20 PM", "%m/%d/%Y %I:%M:%S %p", False, MOMENT_MS),
        ("2023/11/14 22:13:20", "%Y/%m/%d %H:%M:%S", False, MOMENT_MS),
        ("2023-11-14 22:13:20 UTC", "ISO 8601", True, MOMENT_MS),
        ("20231114221320", "%Y%m%d%H%M%S", False, MOMENT_MS),
    ],
)
def test_each_way_of_telling_the_time_is_known(value, name, is_read, milliseconds):
    found = time_format([value, "", value])
    assert (found.name, found.is_read, found.ambiguous) == (name, is_read, False)
    assert found.parser()(value) == milliseconds
    assert format_named(name) == found


def test_what_may_be_two_formats_is_not_decided_and_other_values_tell_no_time():
    assert time_format(["01/02/2023 10:00", "03/04/2023 11:00"]).ambiguous
    assert not time_format(["01/02/2023 10:00", "13/04/2023 11:00"]).ambiguous
    assert time_format(["1700000000"] * 19 + ["unknown"]).name == "s"
    for values in ([], [""], ["17", "18"], ["red mug"], ["u1700000000"], ["1700000000", "1700000000000"]):
        assert time_format(values) is None, values
    with pytest.raises(ValueError, match="'minutes' is no way of telling the time; give s, ms, us"):
        format_named("minutes")
