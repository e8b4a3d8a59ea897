import dataclasses
import math
import random

import pytest
import tensorflow as tf

from components.behaviour_example_gen.examples.behaviour_examples import (
    BehaviourExamples,
    audience_example,
    behaviour_example,
    catalog_example,
)
from components.behaviour_example_gen.examples.example_bytes import text
from schemas import features
from schemas.canonical_event import Event, Item, Surface, Token, User
from tests.support.generated_examples import values

TARGET = Event("u1", 1_300_000_000_000, Surface.SEARCH, query="café mug", session_id="s", item_id="c")
HISTORY = [
    Token(Surface.RECOMMENDATION, ("a",)),
    Token(Surface.SEARCH, ("b", "d"), "tea"),
    Token(Surface.SEARCH, (), "pot"),
]


def test_the_example_of_a_target():
    assert values(behaviour_example(TARGET, HISTORY, ["x", "y"])) == {
        "user_id": ["u1"],
        "surface": ["search"],
        "query": ["café mug"],
        "timestamp_ms": [1_300_000_000_000],
        "context_values": [],
        "candidates": ["c", "x", "y"],
        "labels": [1.0, 0.0, 0.0],
        "sequence_end": [0],
        "history_kinds": [1, 2, 2],
        "history_item_counts": [1, 2, 0],
        "history_items": ["a", "b", "d"],
        "history_queries": ["tea", "pot"],
    }
    # An empty history is there and empty, and the context is what is known.
    target = dataclasses.replace(TARGET, context={"device": "phone", "city": ""})
    found = values(behaviour_example(target, [], ["x"], ends_sequence=True))
    names = ("history_kinds", "history_item_counts", "history_items", "history_queries")
    assert [found[name] for name in names] == [[], [], [], []]
    assert (found["context_values"], found["sequence_end"]) == (["device=phone"], [1])


@pytest.mark.parametrize("tokens", [0, 1, 42, 43, 127, 128, 300])
def test_the_bytes_are_those_of_tensorflows_message(tokens):
    """Features are sorted by name, and each length is written as it should be, be it short or long."""
    items = tuple(f"item-{number}" for number in range(tokens))
    history = [Token(Surface.SEARCH, items, "tea"), *[Token(Surface.RECOMMENDATION, (item,)) for item in items]]
    target = dataclasses.replace(TARGET, query="q" * tokens, context={"device": "phone"})
    made = behaviour_example(target, history[:tokens], items, ends_sequence=True)
    assert made == tf.train.Example.FromString(made).SerializeToString(deterministic=True)
    found = values(made)
    assert found["history_item_counts"] == [len(token.items) for token in history[:tokens]]
    assert found["candidates"] == ["c", *items]
    assert found["labels"] == [1.0] + [0.0] * tokens


def test_examples_of_one_user_are_those_of_each_alone():
    """Whatever leaves the history before and comes to it: its start, its end, its middle, all of it, or nothing."""
    draw = random.Random(5)
    pool = [
        *[Token(Surface.RECOMMENDATION, (item,)) for item in ("a", "bb", "x" * 200)],
        *[Token(Surface.SEARCH, ("c",) * clicks, query) for clicks in (0, 2, 130) for query in ("", "tea", "q" * 99)],
    ]
    histories = [draw.choices(pool, k=draw.randrange(6)) for _ in range(50)]
    for history in histories[:25]:
        place = draw.randrange(len(history) + 1)
        # The same tokens again, equal ones, without one, and with one more.
        histories += [
            history,
            [dataclasses.replace(token) for token in history],
            history[:place] + history[place + 1 :],
        ]
        histories += [history, [*history[:place], draw.choice(pool), *history[place:]], []]
    user = BehaviourExamples("u1")
    for history in histories:
        made = user.example(TARGET, history, text("x") + text("y"), 2)
        assert made == behaviour_example(TARGET, tuple(history), ["x", "y"])
        assert values(made)["history_items"] == [item for token in history for item in token.items]


def test_the_example_of_an_item_has_its_attributes_in_the_order_asked_for():
    mug = {"item_id": ["a"], "title": ["RED MUG"], "categories": ["Home", "Mugs"], "attributes": [], "engagements": [0]}
    assert values(catalog_example(Item("a", "RED MUG", ("Home", "Mugs")))) == mug
    item = Item("a", attributes={"brand": "COKA", "colour": "red"})
    found = values(catalog_example(item, attributes=("size", "colour", "brand"), engagements=3))
    assert (found["title"], found["categories"], found["engagements"]) == ([""], [], [3])
    assert found["attributes"] == ["", "red", "COKA"]


def test_the_example_of_an_item_or_user_has_its_numbers_in_the_order_asked_for():
    item = Item("a", numbers={"price": 2.5, "stars": 4.0}, vector=(1.0, -0.5))
    found = values(catalog_example(item, numbers=("stars", "weight", "price")))
    assert found["vector"] == [1.0, -0.5]
    stars, weight, price = found["numbers"]
    assert (stars, price) == (4.0, 2.5) and math.isnan(weight)
    # Without the settings, nothing of it stands there.
    nothing = values(catalog_example(Item("a", numbers={"price": 2.5})))
    assert not {features.NUMBERS, features.VECTOR} & set(nothing)
    user = User("u", numbers={"age": 41.0})
    assert values(audience_example(user, numbers=("age",)))["user_numbers"] == [41.0]
    assert features.USER_NUMBERS not in values(audience_example(user))
