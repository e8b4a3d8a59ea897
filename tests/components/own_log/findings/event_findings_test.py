import pytest

from components.own_log.findings.event_findings import (
    catalogue_findings,
    event_findings,
    repeat_findings,
    time_findings,
)
from components.own_log.findings.log_finding import Severity
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
SEARCH_SHOWN = [*FEED_ONLY, Event("u1", START, SEARCH, "red", item_id="i", label=0)]
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
        (FEED_ONLY, {}, "warning no_search: there is no search event: a run trains and measures recommendation alone."),
        (FEED_ONLY, {}, "If that is right, set train.surfaces: [recommendation]; if not, name the column"),
        (log(surfaces=(SEARCH, SEARCH)), {}, "no_recommendation: there is no recommendation event: a run trains and"),
        (FEED_ONLY, {"surfaces": ("search",)}, "error no_search: there is no search event, but train.surfaces asks"),
        (SEARCH_SHOWN, {}, "there are 1 search events and no engagement among them: a run trains"),
        (FEED_ONLY, {"whole": False}, "warning no_search: there is no search event in the rows that were read"),
        (log(query=""), {}, "error no_query: log.csv:3: 320 of 320 "),
        (log(query="10023456"), {}, "warning query_without_words: log.csv:3: 320 of 320 "),
        (IN_1970, {}, "error time_in_1970: log.csv:2: 10 of 10 events lie in 1970 (1970-01-01 to 1970-01-01)."),
        (WITH_A_COPY, {}, "repeated_event: log.csv:1602: 1 of 1,601 events stand in the log more than once (user"),
        (WITH_AN_OLD_ONE, {}, "note out_of_order: log.csv:1602: 1 events are older"),
        (
            [*log(), *(Event("u0", START, FEED, item_id=f"more{place}") for place in range(9))],
            {"max_events_per_user_day": 20},
            "warning robots: 1 of 40 users have more than data.max_events_per_user_day = 20 events on some day, such "
            "as 'u0' (25 on 2023-11-14): a run leaves them out. Raise",
        ),
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
        "such users): their 6 targets are left out, which is more than half. Set data.train_negatives and "
        "data.evaluation_negatives to at most 19. Give more"
    )
    assert some_left.severity is Severity.ERROR
    # Beside four users of one item each, a crawler who has them all is one of five, with 6 of 10 or of 12 targets.
    others = [Event(f"p{place}", START, FEED, item_id="i1") for place in range(6)]
    for beside, severity in ((others[:4], Severity.ERROR), (others, Severity.WARNING)):
        tally = tally_of([*log(users=1, each=6), *beside], evaluation_negatives=20)
        (crawler,) = catalogue_findings(tally.config, tally, 25)
        assert (crawler.severity, crawler.count) == (severity, 1)
    # It may be the catalogue that is too small; then what is left for the crawler is not what counts.
    people = [Event(f"p{user}", START, FEED, item_id=f"i{place}") for user in range(6) for place in range(2)]
    tally = tally_of([*log(users=1, each=6), *people], evaluation_negatives=99)
    (small,) = catalogue_findings(tally.config, tally, 6)
    assert small.severity is Severity.ERROR and "only 0 of 6 items are left for user 'u0'" in small.text
    assert "evaluation_negatives to at most 4. Give more" in small.mend
    # Once it is taken for a robot, nothing is wrong with the catalogue.
    tally = tally_of([*log(users=1, each=6), *others], evaluation_negatives=20, max_events_per_user_day=5)
    assert not list(catalogue_findings(tally.config, tally, 25))
    tally = tally_of(log(users=1, each=6), evaluation_negatives=20)
    (none_left,) = catalogue_findings(tally.config, tally, 6)
    assert none_left.mend.startswith("Give more items in data.items")


def test_of_a_user_who_had_nearly_everything_negatives_come_from_the_history():
    """Of 20 negatives, 10 are of the history; of 6 items engaged with in a catalogue of 16, 10 are left."""
    settings = {"evaluation_negatives": 20, "train_negatives": 4}
    for items, share, wanted in ((16, 0.5, 0), (15, 0.5, 10), (16, 0.0, 20)):
        tally = tally_of(log(users=1, each=6), history_negatives=share, **settings)
        texts = [each.text for each in catalogue_findings(tally.config, tally, items)]
        beside = " beside those of its history" if share else ""
        assert [text.split(", but")[0] for text in texts] == [f"an example needs {wanted} negatives{beside}"] * (
            wanted > 0
        )


def test_items_that_users_get_again_are_told_where_no_negative_is_one():
    """Ten users get four different items and one of them again, which is a fifth of the engagements."""
    events = [Event(f"u{at % 10}", START + at, FEED, item_id=f"i{at // 10 % 4}") for at in range(50)]
    tally = tally_of(events)
    (again,) = repeat_findings(tally.config, tally)
    assert told(again).startswith(
        "note engaged_again: 10 of 50 engagements are with an item that the user engaged with before, and no negative "
    )
    assert again.mend == "data.history_negatives: 0.5 draws half of the negatives from the history."
    less = tally_of([*events, Event("u0", START + 9, FEED, item_id="other")])
    assert not list(repeat_findings(less.config, less)), "10 of 51"
    drawn = tally_of(events, history_negatives=0.1)
    assert not list(repeat_findings(drawn.config, drawn))
