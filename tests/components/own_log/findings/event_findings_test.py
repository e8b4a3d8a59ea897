import pytest

from components.own_log.findings.event_findings import catalogue_findings, event_findings, time_findings
from components.own_log.findings.event_tally import EventTally
from components.own_log.findings.log_finding import Severity
from components.sources.data_config import DataConfig
from components.sources.event_rows import EventColumns
from schemas.canonical_event import Event, Surface

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
BOTH = ("recommendation", "search")
START = 1_700_000_000_000


def config(**settings):
    return DataConfig(events="log.csv", **settings)


def found(events, surfaces=BOTH, whole=True, **settings):
    tally = EventTally(config(**settings))
    for row, event in enumerate(events, start=2):
        tally.add("log.csv", row, event)
    return {each.code: each for each in event_findings(tally.config, tally, surfaces, whole)}


def events(users=40, each=16, **changes):
    """A log in which nothing is wrong: half feed, half search."""
    return [
        Event(
            f"u{user}",
            START + place * 1000,
            changes.get("surface", (FEED, SEARCH)[place % 2]),
            changes.get("query", "red mug") if place % 2 else "",
            item_id=f"i{place}",
            label=changes.get("label", 1),
        )
        for user in range(users)
        for place in range(each)
    ]


def test_a_good_log_has_no_findings():
    # 40 users of 8 targets a surface: 6 each of them to learn from.
    assert 40 * 6 * 2 < 1000 < 100 * 6 * 2
    assert found(events(users=100)) == {}
    assert [*found(events())] == ["few_examples"]


def test_a_log_without_engagement_is_an_error():
    finding = found(events(label=0))["no_engagement"]
    assert finding.severity is Severity.ERROR
    assert finding.text.startswith("all 640 events with an item have the label 0")


def test_negatives_that_were_shown_need_what_was_shown():
    assert "nothing_shown" in found(events(), negatives="shown")
    assert "nothing_shown" not in found([*events(), Event("u1", START, FEED, item_id="i", label=0)], negatives="shown")


def test_a_surface_without_events_is_told_unless_it_is_not_trained_on():
    feed_only = events(surface=FEED, query="")
    assert found(feed_only)["no_search"].mend.startswith("Set train.surfaces: [recommendation]")
    assert "no_search" not in found(feed_only, surfaces=("recommendation",))
    assert "in the rows that were read" in found(feed_only, whole=False)["no_search"].text


@pytest.mark.parametrize(("query", "code"), [("", "no_query"), ("10023456", "query_without_words")])
def test_searches_need_words(query, code):
    finding = found(events(query=query))[code]
    assert (finding.field, finding.row, finding.count) == ("data.columns.query", 3, 320)
    assert finding.text.startswith("320 of 320 ")


def test_a_log_in_1970_is_an_error_except_where_times_are_no_calendar():
    early = [Event("u", place, FEED, item_id="i") for place in range(10)]
    assert found(early)["time_in_1970"].severity is Severity.ERROR
    assert found(early)["time_in_1970"].text == "10 of 10 events lie in 1970 (1970-01-01 to 1970-01-01)."
    assert "time_in_1970" not in found(early, source="jdsearch")


def test_copies_and_disorder_are_told():
    log = [*events(users=100), events()[0]]
    both = found(log)
    assert both["repeated_event"].row == len(log) + 1
    assert both["repeated_event"].text.startswith(
        "1 of 1,601 events stand in the log more than once (user u0, item i0)"
    )
    assert both["out_of_order"].severity is Severity.NOTE


def test_splits_that_stay_empty_are_errors():
    finding = found(events(each=2))["empty_split"]
    assert finding.text == "no example falls into train, validation."
    assert "users need three engagements on a surface" in finding.mend
    late = {"split": "time", "validation_from": "2030-01-01", "test_from": "2030-02-01"}
    assert "from 2023-11-14 to 2023-11-14" in found(events(), **late)["empty_split"].mend
    assert "empty_split" not in found(events(each=2), whole=False)


def test_users_of_one_event_are_told():
    log = events(users=100) + [Event(f"once{user}", START, FEED, item_id="i1") for user in range(150)]
    finding = found(log)["users_of_one_event"]
    assert (finding.severity, finding.count) == (Severity.WARNING, 150)
    assert finding.text.startswith("150 of 250 users have one engagement at most, such as 'once0'")


@pytest.mark.parametrize(
    ("value", "unit", "code", "mend"),
    [
        ("1700000000", "ms", "time_in_seconds", "Set data.columns.time_unit: s."),
        ("1700000000000", "s", "time_in_milliseconds", "Set data.columns.time_unit: ms."),
        ("1700000000000000", "ms", "time_in_microseconds", "--convert FOLDER` writes milliseconds."),
        ("14.11.2023 22:13", "ms", "time_in_another_format", "--convert FOLDER` writes milliseconds."),
    ],
)
def test_another_unit_is_told(value, unit, code, mend):
    settings = config(columns=EventColumns(time_unit=unit))
    (finding,) = time_findings(settings, "log.csv", ["", value])
    assert (finding.code, finding.severity) == (code, Severity.ERROR)
    assert finding.text.startswith(f"data.columns.timestamp: {value!r} is of ")
    assert finding.mend.endswith(mend)


@pytest.mark.parametrize(
    ("value", "unit"), [("1700000000", "s"), ("1700000000000", "ms"), ("2023-11-14", "s"), ("x", "ms")]
)
def test_the_right_unit_is_let_pass(value, unit):
    assert not list(time_findings(config(columns=EventColumns(time_unit=unit)), "log.csv", [value]))


def test_a_catalogue_too_small_for_the_negatives_is_an_error():
    tally = EventTally(config(evaluation_negatives=20, train_negatives=4))
    for place in range(6):
        tally.add("log.csv", place, Event("u1", START + place, FEED, item_id=f"i{place}"))
    assert not list(catalogue_findings(tally.config, tally, 26))
    (finding,) = catalogue_findings(tally.config, tally, 25)
    assert finding.text == (
        "20 negatives are drawn for an example, and of 25 items only 19 are others than those of user 'u1' "
        "(1 such users)."
    )
    assert finding.mend.startswith("Set data.train_negatives and data.evaluation_negatives to at most 19. Give more")
    (finding,) = catalogue_findings(tally.config, tally, 6)
    assert finding.mend.startswith("Give more items in data.items")
