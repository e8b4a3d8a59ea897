"""Columns make the events that rows make. `event_rows_test.py` says which these are."""

import itertools
import random

import pytest

from components.raw_files.row import RowError
from components.sources.event_batch import EventBatch, events_of_batch, events_of_columns
from components.sources.event_rows import NULL_MARKERS, EventColumns, RowRules, event_from_row
from schemas.canonical_event import Event, Surface

FEED, SEARCH = Surface.RECOMMENDATION, Surface.SEARCH
NOW_MS = 1_700_000_000_000
RULES = RowRules(null_markers=frozenset(NULL_MARKERS), ids_may_be_floats=True)
NAMES = ("user_id", "timestamp_ms", "surface", "query", "session_id", "item_id", "label", "device", "weight", "rank")
TIDY = {
    "user_id": ["u1", " u1", "ü", "12"],
    "timestamp_ms": ["1500000000000", "0", "2017-07-14 02:40:00", "1.6e12"],
    "surface": ["search", "recommendation", " search"],
    "query": ["", "red mug", "NULL", " cup "],
    "session_id": ["", "s1", "N/A", "7"],
    "item_id": ["a", "b ", "x,y"],
    "label": ["", "1", "0", "yes", "FALSE", "1.0"],
    "device": ["phone", "nan", ""],
    "weight": ["1", "0.5", "1e3"],
    "rank": ["1", "20.0", "", "nan"],
}
ODD = {
    "user_id": ["", "NULL", "7.0", "u\n1", "u\x001"],
    "timestamp_ms": ["", "-1", "soon", "9" * 19, "1800000000000", "2150-01-01", "٣"],
    "surface": ["", "home", "nan"],
    "query": ["\ufffd", "x" * 100_001],
    "session_id": ["8.0", "\x00"],
    "item_id": ["", "-", "9.0", "a\rb"],
    "label": ["2", "perhaps"],
    "device": ["\ufffd"],
    "weight": ["", "-1", "much", "1e10"],
    "rank": ["0", "-1", "top", "2.5", "1e9"],
}
PLAIN = EventColumns()
ALL = EventColumns(context=("device",), weight="weight", place="rank")
VALUES = EventColumns(
    surface_values={"search": ("search", "srp"), "recommendation": ("recommendation",)},
    label_values={"": 1, "1": 1, "0": 0, "yes": 1, "FALSE": 0},
    weight="weight",
    weight_values={"1": 1.0, "0.5": 2.0},
)
CASES = [
    (PLAIN, RULES),
    (PLAIN, RowRules()),
    (ALL, RULES),
    (EventColumns(surface="", session_id="not there", label="nor this"), RULES),
    (EventColumns(time_unit="s", weight="weight", weight_cap=2.0, weight_log=True), RULES),
    (EventColumns(time_unit="us"), RULES),
    (VALUES, RULES),
    (EventColumns(), RowRules(label_threshold=0.5, earliest_ms=1_400_000_000_000)),
]


def of_rows(columns, named, rules):
    """What row by row is made of the columns: events, and what is said of the others or of conversions."""
    events, said = [], []
    for values in zip(*columns.values(), strict=True):
        try:
            events.append(event_from_row(dict(zip(columns, values, strict=True)), named, NOW_MS, rules))
        except RowError as error:
            said.append(error)
    said += rules.converted
    rules.converted.clear()
    return events, said


def drawn(rng, rows, odd):
    columns = {name: [rng.choice(TIDY[name]) for _ in range(rows)] for name in NAMES}
    for name in rng.sample(NAMES, odd):
        columns[name][rng.randrange(rows)] = rng.choice(ODD[name])
    return columns


@pytest.mark.parametrize("case", range(len(CASES)))
@pytest.mark.parametrize("seed", range(3))
def test_columns_make_what_rows_make_or_nothing_if_a_row_has_something_to_say(case, seed):
    rng = random.Random(10 * case + seed)
    named, rules = CASES[case]
    made = 0
    for odd in (0, 0, 0, 1, 1, 2):
        for rows in (1, 1, 2, 5):
            columns = drawn(rng, rows, odd)
            events, said = of_rows(columns, named, rules)
            found = events_of_columns(columns, named, NOW_MS, rules)
            assert not rules.converted, "what was converted is said by whoever reads the rows"
            if found is None:
                # Of a column that is not read, or that a search alone has, too much care is taken.
                assert said or odd
                continue
            made += 1
            assert not said
            assert list(events_of_batch(found)) == events
            assert len(found) == rows
    assert made


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in NAMES for value in ODD[name]])
def test_a_row_that_needs_a_word_of_its_own_is_left_to_rows(name, value):
    """Not even a good row beside it is read, so that all are told in their order."""
    good = dict(zip(NAMES, ("u", "1500000000000", "recommendation", "", "", "a", "1", "phone", "2", "3"), strict=True))
    bad = {**good, name: value}
    if name in ("query", "session_id"):
        bad["surface"] = "search"
    columns = {each: [good[each], bad[each]] for each in NAMES}
    assert of_rows(columns, ALL, RULES)[1], "a row on its own has something to say"
    assert events_of_columns(columns, ALL, NOW_MS, RULES) is None
    assert events_of_columns({each: [good[each]] * 2 for each in NAMES}, ALL, NOW_MS, RULES) is not None


def test_a_batch_holds_what_events_hold():
    columns = {
        "user_id": ["u", "v"],
        "timestamp_ms": ["5", " 7 "],
        "query": ["", "mug"],
        "item_id": ["a", "NULL"],
        "weight": ["3", ""],
        "rank": ["4", "5"],
    }
    batch = events_of_columns(columns, EventColumns(surface="", weight="weight", place="rank"), NOW_MS, RULES)
    assert batch == EventBatch(
        ["u", "v"], [5, 7], [FEED, SEARCH], ["", "mug"], ["", ""], ["a", ""], [1, 1], [{}, {}], [3.0, 1.0], [4, 0]
    )
    assert list(events_of_batch(batch)) == [
        Event("u", 5, FEED, item_id="a", weight=3.0, place=4),
        Event("v", 7, SEARCH, "mug"),
    ]
    assert [len(each) for each in batch.columns()] == [2] * 13


def test_every_pair_of_tidy_values_is_read_in_columns():
    for one, other in itertools.combinations(NAMES, 2):
        pairs = list(itertools.product(TIDY[one], TIDY[other]))
        columns = {name: [TIDY[name][0]] * len(pairs) for name in NAMES}
        columns[one], columns[other] = map(list, zip(*pairs, strict=True))
        events, said = of_rows(columns, ALL, RULES)
        assert not said
        assert list(events_of_batch(events_of_columns(columns, ALL, NOW_MS, RULES))) == events
