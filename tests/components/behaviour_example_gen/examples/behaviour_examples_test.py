import dataclasses

import tensorflow as tf

from components.behaviour_example_gen.examples.behaviour_examples import (
    audience_example,
    behaviour_example,
    catalog_example,
)
from schemas.canonical_event import Event, Item, Surface, Token, User

TARGET = Event("u1", 1_300_000_000_000, Surface.SEARCH, query="café mug", session_id="s", item_id="c")


def values(serialized):
    example = tf.train.Example.FromString(serialized)
    return {
        name: list(getattr(feature, feature.WhichOneof("kind")).value)
        for name, feature in example.features.feature.items()
    }


def test_the_example_of_a_target():
    history = [
        Token(Surface.RECOMMENDATION, ("a",)),
        Token(Surface.SEARCH, ("b", "d"), "tea"),
        Token(Surface.SEARCH, (), "pot"),
    ]
    assert values(behaviour_example(TARGET, history, ["x", "y"])) == {
        "user_id": [b"u1"],
        "surface": [b"search"],
        "query": ["café mug".encode()],
        "timestamp_ms": [1_300_000_000_000],
        "context_values": [],
        "candidates": [b"c", b"x", b"y"],
        "labels": [1.0, 0.0, 0.0],
        "sequence_end": [0],
        "history_kinds": [1, 2, 2],
        "history_item_counts": [1, 2, 0],
        "history_items": [b"a", b"b", b"d"],
        "history_queries": [b"tea", b"pot"],
    }


def test_what_is_known_of_the_moment():
    target = dataclasses.replace(TARGET, context={"device": "phone", "city": ""})
    assert values(behaviour_example(target, [], ["x"]))["context_values"] == [b"device=phone"]


def test_an_empty_history_is_there_and_empty():
    found = values(behaviour_example(TARGET, [], ["x"]))
    assert {name: each for name, each in found.items() if name.startswith("history")} == {
        "history_kinds": [],
        "history_item_counts": [],
        "history_items": [],
        "history_queries": [],
    }


def test_the_example_of_an_item():
    assert values(catalog_example(Item("a", "RED MUG", ("Home", "Mugs")))) == {
        "item_id": [b"a"],
        "title": [b"RED MUG"],
        "categories": [b"Home", b"Mugs"],
        "attributes": [],
        "engagements": [0],
    }


def test_an_item_has_its_attributes_in_the_order_asked_for_and_its_engagements():
    item = Item("a", attributes={"brand": "COKA", "colour": "red"})
    found = values(catalog_example(item, attributes=("size", "colour", "brand"), engagements=3))
    assert found == {
        "item_id": [b"a"],
        "title": [b""],
        "categories": [],
        "attributes": [b"", b"red", b"COKA"],
        "engagements": [3],
    }


def test_the_example_of_a_user():
    assert values(audience_example(User("u", {"level": "3", "city": "Rome"}), ("city", "age", "level"))) == {
        "user_id": [b"u"],
        "user_attributes": [b"Rome", b"", b"3"],
    }


def test_equal_examples_are_equal_bytes():
    assert len({behaviour_example(TARGET, [], ["x"]) for _ in range(20)}) == 1
