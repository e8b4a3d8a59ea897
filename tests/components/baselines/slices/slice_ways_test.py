"""Each way on examples that are read as the pipeline writes them, after a training split of five hotels."""

from zoneinfo import ZoneInfo

import numpy as np
import pytest

from components.baselines.example_columns import example_columns
from components.baselines.slices.slice_names import TITLES
from components.baselines.slices.slice_ways import NO_SLICE, WAYS, TrainingFacts, parts_of, same_query
from components.behaviour_example_gen.examples import behaviour_examples
from schemas.canonical_event import Event, Surface, Token
from tests.support.rule_logs import training_log

PLACES = {each.encode(): place for place, each in enumerate("abcde")}
UTC = ZoneInfo("UTC")
SEARCHED, CLICKED = Token(Surface.SEARCH, ("a",), "mug"), Token(Surface.RECOMMENDATION, ("b",))
# a has 30 engagements, b 9, c is in a history alone. u1 has 6 examples.
FACTS = TrainingFacts.of_log(training_log("a" * 30 + "b" * 9, ["abc"], ["", "Red  Mug"] + [""] * 37), 5)
FACTS = TrainingFacts(FACTS.engagements, FACTS.is_known, FACTS.queries, {b"u1": 6})


def slices(history=(), item="a", query="", user="u1", moment=0, zone=UTC, wanted=True):
    """By way the slice of an example; the ways that do not cut it are left out."""
    surface = Surface.SEARCH if query else Surface.RECOMMENDATION
    event = Event(user_id=user, timestamp_ms=moment, surface=surface, item_id=item, query=query)
    columns = example_columns([behaviour_examples.behaviour_example(event, history, ["z", "y"])], PLACES)
    if not wanted:
        columns.is_positive[:] = False
    (parts,) = parts_of(columns, FACTS, zone).tolist()
    return {way.name: way.parts[part] for way, part in zip(WAYS, parts, strict=True) if part != NO_SLICE}


def test_all_ways_have_a_title_and_different_parts():
    assert [way.name for way in WAYS] == list(TITLES)
    assert all(len(set(way.parts)) == len(way.parts) for way in WAYS)


@pytest.mark.parametrize(
    ("events", "part"), [(0, "0"), (1, "1 to 5"), (5, "1 to 5"), (6, "6 to 20"), (20, "6 to 20"), (21, "21 or more")]
)
def test_the_length_of_the_history(events, part):
    assert slices([CLICKED] * events)["history_length"] == part


@pytest.mark.parametrize(
    ("history", "part"),
    [
        ([], "no history"),
        ([CLICKED], "none"),
        ([SEARCHED, CLICKED], "up to half"),
        ([SEARCHED, CLICKED, SEARCHED], "more than half"),
        ([SEARCHED], "all"),
    ],
)
def test_the_share_of_searches(history, part):
    assert slices(history)["share_of_searches"] == part


@pytest.mark.parametrize(
    ("history", "query", "part"),
    [
        ([], "", "no history"),
        ([SEARCHED, CLICKED], "", "recommendation to recommendation"),
        ([SEARCHED, CLICKED], "mug", "recommendation to search"),
        ([CLICKED, SEARCHED], "", "search to recommendation"),
        ([CLICKED, SEARCHED], "mug", "search to search"),
    ],
)
def test_the_last_transition(history, query, part):
    assert slices(history, query=query)["last_transition"] == part


def test_users_and_items_by_what_training_knows_of_them():
    assert slices(user="u1")["user_activity"] == "6 to 20" and slices(user="u2")["user_activity"] == "0 (new)"
    # z is not in the catalogue, d is there but not in training, c stands in a history of training.
    found = {item: slices(item=item)["item_popularity"] for item in "abcdz"}
    assert found == {
        **{"a": "30 to 99", "b": "0 to 9", "c": "0 to 9"},
        **{"d": "not in training", "z": "not in training"},
    }
    assert slices(item="b", wanted=False)["item_popularity"] == "not in training"


def test_repeats():
    assert slices([SEARCHED], item="a")["repeat"] == "yes"
    assert slices([SEARCHED], item="b")["repeat"] == slices([SEARCHED], item="a", wanted=False)["repeat"] == "no"


def test_queries_by_their_words_and_whether_training_has_them():
    assert slices(query="red mug ")["query"] == "yes" and slices(query="red mugs")["query"] == "no"
    lengths = {query: slices(query=query)["query_length"] for query in ("red", "red mug", "a red mug", "a b c d e")}
    assert list(lengths.values()) == ["1", "2", "3 to 4", "5 or more"]
    assert not {"query", "query_length"} & set(slices([SEARCHED]))
    assert same_query(" A\u00c4  b") == "a\u00e4 b"


def test_the_hour_is_that_of_the_time_zone():
    five_utc = 5 * 3_600_000 + 59 * 60_000
    assert slices(moment=five_utc)["hour"] == "0 to 5" and slices(moment=five_utc + 60_000)["hour"] == "6 to 11"
    assert slices(moment=five_utc, zone=ZoneInfo("Asia/Tokyo"))["hour"] == "12 to 17"  # 14:59


def test_a_batch_without_any_history():
    assert np.array_equal(parts_of(example_columns([], PLACES), FACTS, UTC), np.zeros((0, len(WAYS)), int))
