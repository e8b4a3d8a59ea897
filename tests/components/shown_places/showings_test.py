"""What counts as a showing: rows of logs that write an engagement in place of the showing, and of those that add it."""

from components.shown_places.showings import BEYOND, Times, added, count_showings, training_events
from components.sources.data_config import DataConfig
from schemas.canonical_event import Event, Surface

HOUR_MS = 3_600_000
FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH


def feed(time, item, label, place):
    return Event("u", time, FEED, item_id=item, label=label, place=place)


def search(time, item, label, place, session="s", query="mug"):
    return Event("u", time, SEARCH, query, session, item, label, place=place)


def counted(*events):
    counts = {}
    count_showings(counts, events)
    return counts


A = ("recommendation", "", "a")


def test_an_engagement_belongs_to_the_row_that_showed_the_item_there_within_an_hour():
    one = {A: {2: Times(1, 1)}}
    assert counted(feed(0, "a", 1, 2)) == one
    assert counted(feed(0, "a", 0, 2), feed(HOUR_MS, "a", 1, 2)) == one
    assert counted(feed(0, "a", 1, 2), feed(0, "a", 0, 2)) == one
    # A purchase after the click.
    assert counted(feed(0, "a", 0, 2), feed(5, "a", 1, 2), feed(9, "a", 1, 2)) == one


def test_another_time_place_item_or_query_is_another_showing():
    assert counted(feed(0, "a", 0, 2), feed(HOUR_MS + 1, "a", 1, 2)) == {A: {2: Times(2, 1)}}
    assert counted(feed(0, "a", 0, 2), feed(5, "a", 0, 2)) == {A: {2: Times(2, 0)}}
    assert counted(feed(0, "a", 1, 2), feed(5, "a", 0, 2)) == {A: {2: Times(2, 1)}}
    assert counted(feed(0, "a", 0, 1), feed(5, "a", 1, 2)) == {A: {1: Times(1, 0), 2: Times(1, 1)}}
    assert counted(feed(0, "a", 0, 2), feed(5, "b", 1, 2))[A] == {2: Times(1, 0)}
    mug, cup = ("search", "mug", "a"), ("search", "cup", "a")
    found = counted(search(0, "a", 0, 2), search(5, "a", 1, 2, "t"), search(6, "a", 1, 2, query="cup"))
    assert found == {mug: {2: Times(2, 1)}, cup: {2: Times(1, 1)}}


def test_deep_places_are_counted_together_and_counts_are_added():
    found = counted(feed(0, "a", 0, 100), feed(0, "a", 0, 101), feed(9, "a", 1, 5_000))
    assert found == {A: {100: Times(1, 0), BEYOND: Times(2, 1)}}
    assert added([found[A], {1: Times(3, 1), 100: Times(1, 1)}]) == {
        1: Times(3, 1),
        100: Times(2, 1),
        BEYOND: Times(2, 1),
    }


def test_training_knows_what_comes_before_the_first_held_out_target_of_the_surface():
    events = [
        feed(10, "a", 0, 1),
        search(15, "p", 0, 1, "t"),
        search(20, "q", 1, 1),
        feed(30, "b", 0, 3),
        feed(30, "c", 1, 2),
        feed(40, "d", 0, 1),
        search(40, "r", 0, 2, "t"),
        search(50, "s", 1, 4, "t"),
        search(60, "t", 0, 5, "v"),
    ]
    # The target of the feed is held out and the second of the searches, with all of its session.
    known = training_events(events, ["train", "validation", "test"], DataConfig())
    assert [event.item_id for event in known] == ["a", "q"]
    # A surface without a target that is held out is known as a whole.
    assert [event.item_id for event in training_events(events, ["train", "test", "train"], DataConfig())] == [
        "a", "p", "q", "r", "s", "t",
    ]  # fmt: skip


def test_what_was_shown_at_no_known_place_is_left_out():
    events = [feed(1, "a", 0, 0), search(2, "", 1, 0), feed(3, "b", 0, 1)]
    assert [event.item_id for event in training_events(events, [], DataConfig())] == ["b"]
