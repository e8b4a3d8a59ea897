"""Serializes tf.Examples: one for each target, for each item of the catalogue, and for each user of the table of users.

`schemas/README.md` describes their features.
"""

import functools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from components.behaviour_example_gen.examples import example_bytes
from components.behaviour_example_gen.examples.example_bytes import (
    entry_of_integers,
    entry_of_strings,
    floats,
    integers,
    strings,
    text,
    varint,
)
from schemas import context_values, features
from schemas.canonical_event import Event, Item, Surface, Token, User

# Looked up once, because looking up members of an enumeration takes longer than the rest of the work on a token.
_SEARCH = Surface.SEARCH
_SEARCH_KIND = varint(Surface.SEARCH.token_kind)
_FEED_KIND = varint(Surface.RECOMMENDATION.token_kind)
_SURFACES = {each: example_bytes.entry(features.SURFACE, strings([each.value])) for each in Surface}
_SEQUENCE_END = tuple(example_bytes.entry(features.SEQUENCE_END, integers([end])) for end in (0, 1))
_NONE = (b"", b"", b"", b"")
"""The features of an empty history."""


class _WrittenToken(NamedTuple):
    """What a token adds to each feature of a history."""

    kind: bytes
    item_count: bytes
    items: bytes
    queries: bytes


class BehaviourExamples:
    """Serializes the examples of one user.

    Each token is written once, although it stands in the histories of many targets.

    Args:
        user_id: The user.
    """

    def __init__(self, user_id: str):
        self._user_id = example_bytes.entry(features.USER_ID, strings([user_id]))
        # By identity, because comparing tokens would take longer than writing them. All tokens are held, so that none
        # can get the identity of another.
        self._written: dict[int, _WrittenToken] = {}
        self._tokens: list[Token] = []

    def example(
        self,
        target: Event,
        history: Sequence[Token],
        negatives: Sequence[str],
        ends_sequence: bool = False,
        with_weight: bool = False,
    ) -> bytes:
        """Serializes the example of one target, as `behaviour_example` does."""
        known = self._written
        written = [known.get(id(token)) or self._write(token) for token in history]
        kinds, counts, items, queries = [b"".join(each) for each in zip(*written, strict=True)] or _NONE
        return example_bytes.joined(
            [
                entry_of_strings(features.CANDIDATES, text(target.item_id) + b"".join(map(text, negatives))),
                _context(tuple(target.context.items())),
                entry_of_integers(features.HISTORY_ITEM_COUNTS, counts),
                entry_of_strings(features.HISTORY_ITEMS, items),
                entry_of_integers(features.HISTORY_KINDS, kinds),
                entry_of_strings(features.HISTORY_QUERIES, queries),
                *([_history_weights(history)] if with_weight else ()),
                _labels(len(negatives)),
                entry_of_strings(features.QUERY, text(target.query)),
                _SEQUENCE_END[ends_sequence],
                _SURFACES[target.surface],
                entry_of_integers(features.TIMESTAMP_MS, varint(target.timestamp_ms)),
                self._user_id,
                *([example_bytes.entry(features.WEIGHT, floats([target.weight]))] if with_weight else ()),
            ]
        )

    def _write(self, token: Token) -> _WrittenToken:
        items, count = b"".join(map(text, token.items)), varint(len(token.items))
        if token.surface is _SEARCH:
            written = _WrittenToken(_SEARCH_KIND, count, items, text(token.query))
        else:
            written = _WrittenToken(_FEED_KIND, count, items, b"")
        self._written[id(token)] = written
        self._tokens.append(token)
        return written


def behaviour_example(
    target: Event,
    history: Sequence[Token],
    negatives: Sequence[str],
    ends_sequence: bool = False,
    with_weight: bool = False,
) -> bytes:
    """Serializes the example of one target.

    Args:
        target: The event to predict.
        history: The tokens before it, oldest first.
        negatives: The items that it is ranked against.
        ends_sequence: See `sequence_ends`.
        with_weight: Whether the example says how much its target, and each item of its history, counts as a target.

    Returns:
        A serialized tf.Example. Its candidates are the target's item, followed by the negatives.
    """
    return BehaviourExamples(target.user_id).example(target, history, negatives, ends_sequence, with_weight)


def _history_weights(history: Sequence[Token]) -> bytes:
    return example_bytes.entry(features.HISTORY_WEIGHTS, floats([each for token in history for each in token.weights]))


@functools.cache
def _labels(negatives: int) -> bytes:
    return example_bytes.entry(features.LABELS, floats([1.0] + [0.0] * negatives))


@functools.lru_cache(maxsize=1 << 12)
def _context(context: tuple[tuple[str, str], ...]) -> bytes:
    return example_bytes.entry(features.CONTEXT_VALUES, strings(context_values.to_texts(dict(context))))


def catalog_example(
    item: Item, attributes: Sequence[str] = (), engagements: int = 0, numbers: Sequence[str] = ()
) -> bytes:
    """Serializes the example of one item.

    Args:
        item: A row of the item table.
        attributes: The names of the attributes to write, in this order.
        engagements: The number of training examples whose positive is this item.
        numbers: The names of the numbers to write, in this order. NaN stands for an unknown one.
    """
    values = {
        features.ITEM_ID: strings([item.item_id]),
        features.TITLE: strings([item.title]),
        features.CATEGORIES: strings(item.categories),
        features.ATTRIBUTES: strings([item.attributes.get(name, "") for name in attributes]),
        features.ENGAGEMENTS: integers([engagements]),
    }
    if numbers:
        values[features.NUMBERS] = _numbers(item.numbers, numbers)
    if item.vector:
        values[features.VECTOR] = floats(item.vector)
    return example_bytes.example(values)


def audience_example(user: User, attributes: Sequence[str] = (), numbers: Sequence[str] = ()) -> bytes:
    """Serializes the example of one user.

    Args:
        user: A row of the table of users.
        attributes: The names of the attributes to write, in this order.
        numbers: The names of the numbers to write, in this order. NaN stands for an unknown one.
    """
    values = {
        features.USER_ID: strings([user.user_id]),
        features.USER_ATTRIBUTES: strings([user.attributes.get(name, "") for name in attributes]),
    }
    if numbers:
        values[features.USER_NUMBERS] = _numbers(user.numbers, numbers)
    return example_bytes.example(values)


def _numbers(known: Mapping[str, float], names: Sequence[str]) -> bytes:
    return floats([known.get(name, math.nan) for name in names])
