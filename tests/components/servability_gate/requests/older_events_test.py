import pytest
import tensorflow as tf

from components.servability_gate.requests.older_events import with_older_events
from components.servability_gate.requests.rank_inputs import rank_request
from schemas import features, signatures
from schemas.canonical_event import Surface, Token
from tests.support.behaviour_examples import behaviour_example

FEED, SEARCH = Token(Surface.RECOMMENDATION, ("i1",)), Token(Surface.SEARCH, ("i2", "i3"), "red mug")
NOTHING_CLICKED = Token(Surface.SEARCH, (), "lamp")
KEPT = {"recommendation": 2, "search": 2}


def longer(*history, kept=KEPT):
    example = tf.train.Example.FromString(behaviour_example(["a", "b"], history=history))
    return example, with_older_events(example, kept)


def told(example):
    """The history as an application would send it."""
    request = rank_request([example])
    surfaces, queries = request[signatures.RANK_HISTORY_SURFACES][0], request[signatures.RANK_HISTORY_QUERIES][0]
    items = [tuple(filter(None, row)) for row in request[signatures.RANK_HISTORY_ITEMS][0]]
    return list(zip(surfaces, queries, items, strict=True))


@pytest.mark.parametrize(
    ("history", "older"),
    [
        ((FEED, SEARCH, FEED), (FEED, FEED)),
        ((SEARCH, NOTHING_CLICKED, FEED), (SEARCH, NOTHING_CLICKED)),
        ((FEED, SEARCH, NOTHING_CLICKED, FEED), (FEED, SEARCH, NOTHING_CLICKED, FEED)),
    ],
)
def test_what_is_older_is_of_surfaces_of_which_all_is_there(history, older):
    _, result = longer(*history)
    expected, _ = longer(*older, *older, *history)
    assert told(result) == told(expected)


def test_nothing_else_changes():
    example, result = longer(FEED, FEED)
    for each in (example, result):
        for name in (features.HISTORY_KINDS, features.HISTORY_ITEM_COUNTS, features.HISTORY_ITEMS):
            each.features.feature.pop(name)
    assert example == result


@pytest.mark.parametrize(
    ("history", "kept"), [((), KEPT), ((FEED, SEARCH), KEPT), ((FEED,), {"recommendation": 0, "search": 2})]
)
def test_where_an_older_event_would_count_there_is_none(history, kept):
    assert longer(*history, kept=kept)[1] is None
