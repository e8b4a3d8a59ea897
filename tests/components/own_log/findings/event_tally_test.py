import dataclasses

import pytest

from components.behaviour_example_gen.examples.splits import assign_splits
from components.sources.event_rows import EventColumns
from schemas.canonical_event import Event, Surface
from tests.support.log_findings import tally_of

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
DAY = 24 * 3600 * 1000
START = 1_700_000_000_000


def feed(user, place, item="i1", label=1):
    return Event(user, START + place * DAY, FEED, item_id=item, label=label)


def search(user, place, query="red mug", item="i1"):
    return Event(user, START + place * DAY, SEARCH, query, item_id=item)


def test_engagements_what_was_shown_and_searches_without_a_click_are_told_apart():
    found = tally_of([feed("a", 0), feed("a", 1, "i2", 0), search("a", 2), search("b", 3, item="")])
    assert found.by_surface == {FEED: 2, SEARCH: 2}
    assert found.engaged == {FEED: 1, SEARCH: 1}
    assert (found.events, found.shown, found.without_click) == (4, 1, 1)
    assert (found.items, {*found.users}) == ({"i1", "i2"}, {"a", "b"})
    assert (found.earliest_ms, found.latest_ms) == (START, START + 3 * DAY)
    assert found.users_of_one_event == ["b"]


def test_engagements_with_an_item_that_the_user_engaged_with_before_are_counted():
    shown = feed("a", 3, "i1", label=0)
    found = tally_of([feed("a", 0), search("a", 1), feed("a", 2), shown, feed("a", 4, "i2"), feed("b", 0, "i2")])
    # a has i1 three times, the second and the third time again; that b has what a had is nothing.
    assert (found.engaged_again, found.share_engaged_again) == (2, 2 / 5)
    assert tally_of([shown]).share_engaged_again == 0
    # A row that stands there twice is one event.
    assert tally_of([feed("a", 0), feed("a", 0)]).engaged_again == 0


def test_the_share_of_new_items_is_that_of_the_newest_tenth_of_engagements():
    """Of 30 targets three are a tenth; it begins at a full hour."""
    hour = DAY // 24
    begin = START - START % hour

    def at(moment, item, label=1):
        return Event(f"u{moment}", begin + moment, FEED, item_id=item, label=label)

    shown = [at(-5 * hour, "fresh", label=0), at(2 * hour, "old", label=0)]
    before = [*[at(-place * hour - 2, "old") for place in range(25)], at(-1, "late")]
    # The last hour has one target, which is too few, the one before it three; `fresh` has two of these four.
    newest = [at(0, "fresh"), at(1, "old"), at(2, "late"), at(hour, "fresh")]
    log = [*shown, *before, *newest, newest[-1]]
    assert [tally_of(order).share_of_new_items for order in (log, log[::-1])] == [2 / 4] * 2
    # Here the last hour has three, so that `fresh` is not new in it; `new` has two of them.
    newest = [at(hour - 1, "fresh"), at(hour, "fresh"), at(hour + 1, "new"), at(hour + 2, "new")]
    log = [*shown, *before, *newest]
    assert [tally_of(order).share_of_new_items for order in (log, log[::-1])] == [2 / 3] * 2


def test_no_item_is_new_where_nothing_is_before_the_newest_tenth():
    first, later = [feed(f"u{user}", 0) for user in range(10)], feed("u", 1, "i2")
    assert tally_of([]).share_of_new_items == tally_of([feed("a", 0, label=0)]).share_of_new_items == 0
    assert tally_of(first).share_of_new_items == 0, "all in an hour"
    assert tally_of([*first, later]).share_of_new_items == 0, "1 of 11 is no tenth"
    assert tally_of([*first[1:], later]).share_of_new_items == 1, "1 of 10 is one"


BY_TIME = {"split": "time", "validation_from": "2023-11-16T22:13:20Z", "test_from": "2023-11-18T00:00:00Z"}


@pytest.mark.parametrize("settings", [{}, BY_TIME])
def test_examples_are_as_many_as_the_pipeline_makes(settings):
    users = {
        "a": [feed("a", place, f"i{place}") for place in range(5)] + [search("a", 2)],
        "b": [feed("b", 0), search("b", 1), search("b", 2, item=""), feed("b", 3, label=0)],
    }
    found = tally_of([event for events in users.values() for event in events], **settings)
    expected = {(split, surface): 0 for split in ("train", "validation", "test") for surface in Surface}
    for events in users.values():
        targets = [event for event in sorted(events, key=lambda each: each.timestamp_ms) if event.is_target]
        for target, split in zip(targets, assign_splits(targets, found.config), strict=True):
            expected[split, target.surface] += 1
    assert {(split, surface): n for split, of in found.examples.items() for surface, n in of.items()} == expected
    assert sum(expected.values()) == 8
    # A source with splits of its own decides.
    events = [dataclasses.replace(feed("a", place), split=split) for place, split in enumerate(["train", "test"])]
    none, one = {FEED: 0, SEARCH: 0}, {FEED: 1, SEARCH: 0}
    assert tally_of(events).examples == {"train": one, "validation": none, "test": one}


def test_events_twice_out_of_order_and_in_the_first_year_are_seen():
    found = tally_of(
        [feed("a", 2), feed("b", 1), feed("a", 1, "i2"), feed("a", 2), Event("c", 1_700_000_000, FEED, item_id="i")]
    )
    assert (found.events, found.engaged[FEED]) == (4, 4), "the copy is counted nowhere else"
    seen = (found.out_of_order, found.repeated, found.in_1970)
    assert [(each.count, each.row, each.example) for each in seen] == [
        (1, 4, "a"), (1, 5, "user a, item i1"), (1, 6, "1700000000")
    ]  # fmt: skip


NO_WORDS = ('{"q": "mug"}', "[1, 2]", "8f14e45fceea167a5a36dedd4bea2543", "10023456", "https://shop/mug")
WORDS = ("red mug", "iphone 15", "4k", "लाल कप", "红色杯子", "1984", "größe")
ENCODED_TWICE = "größe".encode().decode("latin-1")


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("", "searches_without_query"),
        (ENCODED_TWICE, "broken_letters"),
        *[(query, "queries_without_words") for query in NO_WORDS],
        *[(query, None) for query in WORDS],
    ],
)
def test_queries_that_are_no_words_in_any_language_are_seen(query, kind):
    found = tally_of([search("a", 0, query)])
    sightings = ("searches_without_query", "broken_letters", "queries_without_words")
    seen = {name: getattr(found, name).example for name in sightings if getattr(found, name)}
    assert seen == ({kind: query} if kind else {})


def test_weights_and_actions_of_targets_are_counted_if_the_log_tells_them():
    events = [
        dataclasses.replace(feed("a", place, f"i{place}"), weight=weight)
        for place, weight in enumerate((1.0, 5.0, 1.0))
    ]
    shown = dataclasses.replace(feed("a", 9, label=0), weight=99.0)
    assert tally_of([*events, shown]).weights is None
    found = tally_of([*events, shown], columns=EventColumns(weight="seconds"))
    assert (found.weights, found.counts_of_actions) == ((1.0, 5.0), {})
    names = {"buy": 5.0, "click": 1.0, "wish": 3.0}
    found = tally_of([*events, shown], columns=EventColumns(weight="did", weight_values=names))
    assert (found.weights, found.counts_of_actions) == ((1.0, 5.0), {"click": 2, "wish": 0, "buy": 1})
