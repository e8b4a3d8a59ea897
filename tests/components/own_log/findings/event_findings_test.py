import pytest

from components.own_log.findings.event_findings import catalogue_findings, event_findings, time_findings
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns
from schemas.canonical_event import Event, Surface
from tests.support.log_findings import tally_of, told

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
START = 1_700_000_000_000


def found(events, surfaces=("recommendation", "search"), whole=True, **settings):
    tally = tally_of(events, **settings)
    return {each.code: each for each in event_findings(tally.config, tally, surfaces, whole)}


def log(users=40, each=16, surfaces=(FEED, SEARCH), query="red mug", label=1):
    """A log in which nothing is wrong: half feed, half search."""
    return [
        Event(f"u{user}", START + place * 1000, surfaces[odd], (query if odd else ""), "", f"i{place}", label)
        for user in range(users)
        for place in range(each)
        for odd in [place % 2]
    ]


FEED_ONLY = log(surfaces=(FEED, FEED), query="")
IN_1970 = [Event("u", place, FEED, item_id="i") for place in range(10)]
WITH_AN_OLD_ONE = [*log(users=100), Event("u0", 1_700_000_000_000, FEED, item_id="old")]
WITH_A_COPY = [*log(users=100), log()[0]]
SEEN_ONCE = log(users=100) + [Event(f"once{user}", START, FEED, item_id="i1") for user in range(150)]
SPLIT_LATE = {"split": "time", "validation_from": "2030-01-01", "test_from": "2030-02-01"}


def test_a_good_log_has_no_findings():
    # 40 users of 8 targets a surface: 6 each of them to learn from.
    assert 40 * 6 * 2 < 1000 < 100 * 6 * 2
    assert found(log(users=100)) == {}
    assert [*found(log())] == ["few_examples"]
    no_query = found(log(query=""))["no_query"]
    assert (no_query.field, no_query.count) == ("data.columns.query", 320)


@pytest.mark.parametrize(
    ("events", "options", "expected"),
    [
        (log(label=0), {}, "error no_engagement: all 640 events with an item have the label 0"),
        (log(), {"negatives": "shown"}, "warning nothing_shown: data.negatives is `shown`, and no event has"),
        (FEED_ONLY, {}, "it is not pushed. Set train.surfaces: [recommendation]"),
        (FEED_ONLY, {"whole": False}, "warning no_search: there is no search event in the rows that were read"),
        (log(query=""), {}, "error no_query: log.csv:3: 320 of 320 "),
        (log(query="10023456"), {}, "warning query_without_words: log.csv:3: 320 of 320 "),
        (IN_1970, {}, "error time_in_1970: log.csv:2: 10 of 10 events lie in 1970 (1970-01-01 to 1970-01-01)."),
        (WITH_A_COPY, {}, "repeated_event: log.csv:1602: 1 of 1,601 events stand in the log more than once (user"),
        (WITH_AN_OLD_ONE, {}, "note out_of_order: log.csv:1602: 1 events are older"),
        (log(each=2), {}, "error empty_split: no example falls into train, validation. With `leave_one_out` users"),
        (log(), SPLIT_LATE, "within the log, from 2023-11-14 to 2023-11-14"),
        (SEEN_ONCE, {}, "warning users_of_one_event: 150 of 250 users have at most one engagement, such as 'once0'"),
    ],
)
def test_what_is_wrong_is_told(events, options, expected):
    assert any(expected in told(each) for each in found(events, **options).values())


@pytest.mark.parametrize(
    ("code", "events", "options"),
    [
        ("nothing_shown", [*log(), Event("u1", START, FEED, item_id="i", label=0)], {"negatives": "shown"}),
        ("no_search", FEED_ONLY, {"surfaces": ("recommendation",)}),
        ("time_in_1970", IN_1970, {"source": "jdsearch"}),
        ("empty_split", log(each=2), {"whole": False}),
    ],
)
def test_what_the_configuration_wants_so_is_let_pass(code, events, options):
    assert code not in found(events, **options)


@pytest.mark.parametrize(
    ("value", "unit", "code", "mend"),
    [
        ("1700000000", "ms", "time_in_seconds", "Set data.columns.time_unit: s."),
        ("1700000000000", "s", "time_in_milliseconds", "Set data.columns.time_unit: ms."),
        ("1700000000000000", "ms", "time_in_microseconds", "Set data.columns.time_unit: us."),
        ("14.11.2023 22:13", "ms", "time_in_another_format", "--convert FOLDER` writes milliseconds."),
        ("1700000000", "s", "", ""),
        ("1700000000000", "ms", "", ""),
        ("2023-11-14", "s", "", ""),
        ("x", "ms", "", ""),
    ],
)
def test_times_of_another_unit_are_told(value, unit, code, mend):
    findings = list(time_findings(DataConfig(columns=EventColumns(time_unit=unit)), "log.csv", ["", value]))
    assert len(findings) == bool(code)
    for finding in findings:
        assert told(finding).startswith(f"error {code}: log.csv: data.columns.timestamp: {value!r} looks like ")
        assert finding.mend.endswith(mend)


def test_a_catalogue_too_small_for_the_negatives_is_an_error():
    tally = tally_of(log(users=1, each=6), evaluation_negatives=20, train_negatives=4)
    assert not list(catalogue_findings(tally.config, tally, 26))
    (some_left,) = catalogue_findings(tally.config, tally, 25)
    assert str(some_left).startswith(
        "an example needs 20 negatives, but only 19 of 25 items are left for user 'u0', who engaged with the others (1 "
        "such users). Set data.train_negatives and data.evaluation_negatives to at most 19. Give more"
    )
    (none_left,) = catalogue_findings(tally.config, tally, 6)
    assert none_left.mend.startswith("Give more items in data.items")
