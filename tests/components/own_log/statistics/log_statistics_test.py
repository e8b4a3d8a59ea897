import json
import random

import pytest

from components.own_log.statistics.log_statistics import Period, Spread, log_statistics
from schemas.canonical_event import Event, Surface, tokens
from tests.support.read_logs import read_log

DAY = 24 * 3600 * 1000


@pytest.fixture
def statistics(tmp_path):
    """Makes the statistics of these events and of a table of these items."""
    return lambda events, items=(): log_statistics(
        read_log(tmp_path, events, items and "item_id,title\n" + "".join(f"{each},title of {each}\n" for each in items))
    )


def feed(user, moment, item, label=1):
    return Event(user, moment, Surface.RECOMMENDATION, item_id=item, label=label)


def search(user, moment, item="", label=1, query="mug", session=""):
    return Event(user, moment, Surface.SEARCH, query, session, item, label)


def test_a_small_log_is_counted(statistics):
    feed_events = [feed("a", 0, "i1"), feed("a", 1, "i2", 0), feed("b", 2 * DAY, "i1")]
    searches = [search("a", DAY, "i1", session="s1"), search("a", DAY, "i2", session="s1"), search("a", 2 * DAY)]
    found = statistics(feed_events + searches, ["i1", "i2", "i3"])
    assert (found.events, found.users, found.items, found.items_engaged) == (6, 2, 3, 2)
    assert found.by_surface == {"recommendation": 3, "search": 3}
    assert found.engaged == {"recommendation": 2, "search": 2}
    assert (found.shown, found.users_on_both) == (1, 1)
    assert (found.first_ms, found.last_ms, found.days_a_period) == (0, 2 * DAY, 1)
    assert found.periods == [Period(0, 2, 0, 1, 2), Period(1, 0, 2, 0, 0), Period(2, 1, 1, 1, 0)]
    # The pairs (a, i1), (a, i2) and (b, i1), of 2 users and 3 items.
    assert found.density == pytest.approx(3 / 6)
    # i1 has three engagements, i2 one: half the pair's difference over their sum.
    assert found.gini == pytest.approx((3 - 1) / (2 * 4))
    assert found.share_of_top_1_percent == found.share_of_top_10_percent == pytest.approx(3 / 4)
    assert found.history == {"recommendation": Spread(1, 1, 1, 1, 1), "search": Spread(2, 2, 2, 2, 2)}
    assert found.top_items == [("i1", "title of i1", 3), ("i2", "title of i2", 1)]


def test_rows_of_one_session_and_query_are_one_search(statistics):
    # The first two are one search; without a session each row is one.
    rows = [("a", 0, "i1", 0, "mug", "s1"), ("a", 1, "i2", 1, "mug", "s1"), ("a", 2, "i1", 0, "cup", "s1")]
    rows += [("a", 3, "i1", 0, "cup", "s2"), ("b", 3, "i1", 1, "cup", "s2")]
    rows += [("b", 4, "i1", 1, "cup"), ("b", 5, "", 1, "cup")]
    rows += [("b", 6, "", 1, "кружка")]
    found = statistics([search(*row) for row in rows])
    assert (found.searches, found.searches_with_click, found.distinct_queries) == (7, 3, 3)
    assert found.top_queries == [("cup", 5, 2), ("mug", 1, 1), ("кружка", 1, 0)]
    assert found.query_scripts == {"Latin": 6, "Cyrillic": 1}


def test_transitions_are_between_the_tokens_of_a_history(statistics):
    rng = random.Random(3)
    events = []
    for user in range(20):
        for place in range(30):
            item = rng.choice(["", "i1", "i2"])
            if rng.random() < 0.5:
                query, session = rng.choice(["mug", "cup"]), rng.choice(["", "s1", "s2"])
                events.append(search(f"u{user}", place, item, rng.randint(0, 1) if item else 1, query, session))
            elif item:
                events.append(feed(f"u{user}", place, item, rng.randint(0, 1)))
    expected = {"r2r": 0, "r2s": 0, "s2r": 0, "s2s": 0}
    for user in {event.user_id for event in events}:
        kinds = ["rs"[t.surface.model_index] for t in tokens([e for e in events if e.user_id == user], 5)]
        for one, other in zip(kinds, kinds[1:], strict=False):
            expected[f"{one}2{other}"] += 1
    assert statistics(events).transitions == expected
    assert min(expected.values()) > 10


@pytest.mark.parametrize(("days", "period"), [(28, 1), (29, 7), (200, 28), (1000, 91)])
def test_a_long_log_has_longer_periods_and_an_empty_one_none(days, period, statistics):
    found = statistics([feed("a", 0, "i1"), feed("a", (days - 1) * DAY, "i1")])
    assert found.days_a_period == period
    assert len(found.periods) <= 28 and sum(each.recommendation for each in found.periods) == 2
    # A log without events is empty.
    found = statistics([])
    assert (found.events, found.periods, found.first_ms, found.gini, found.density) == (0, [], 0, 0.0, 0.0)
    assert json.loads(json.dumps(found.as_dict()))["transitions"] == {"r2r": 0, "r2s": 0, "s2r": 0, "s2s": 0}
