"""Serializes tf.Examples: one for each target, for each item of the catalogue, and for each user of the table of users.

`schemas/README.md` describes their features.
"""

import functools
import math
import operator
from collections.abc import Mapping, Sequence

from components.behaviour_example_gen.examples import example_bytes
from components.behaviour_example_gen.examples.example_bytes import (
    Head,
    floats,
    integers,
    strings,
    text,
    varint,
    varint_of_large,
)
from schemas import context_values, features
from schemas.canonical_event import Event, Item, Surface, Token, User

# Looked up once, because looking up members of an enumeration takes longer than the rest of the work on a token.
_SEARCH = Surface.SEARCH
_SEARCH_KIND = varint(Surface.SEARCH.token_kind)
_FEED_KIND = varint(Surface.RECOMMENDATION.token_kind)
_SURFACES = {each: example_bytes.entry(features.SURFACE, strings([each.value])) for each in Surface}
_CANDIDATES = Head(features.CANDIDATES, strings)
_ITEM_COUNTS = Head(features.HISTORY_ITEM_COUNTS, integers)
_ITEMS = Head(features.HISTORY_ITEMS, strings)
_KINDS = Head(features.HISTORY_KINDS, integers)
_QUERIES = Head(features.HISTORY_QUERIES, strings)
_TIMESTAMP = Head(features.TIMESTAMP_MS, integers)
_SEQUENCE_END = tuple(example_bytes.entry(features.SEQUENCE_END, integers([end])) for end in (0, 1))


class _WrittenHistory:
    """The four features of a history as bytes, brought up to date from target to target.

    From one target of a user to the next, few tokens leave a history and few come. All others stay as they are written.
    """

    def __init__(self) -> None:
        self._tokens: list[Token] = []
        self.kinds, self.counts, self.items, self.queries = bytearray(), bytearray(), bytearray(), bytearray()
        self._parts = (self.kinds, self.counts, self.items, self.queries)
        self._lengths: tuple[list[int], ...] = ([], [], [], [])

    def become(self, history: list[Token]) -> None:
        """Makes this the features of another history."""
        tokens = self._tokens
        while tokens != history[: len(tokens)]:
            same = list(map(operator.is_, tokens, history))
            self._remove(same.index(False) if False in same else len(same))
        for token in history[len(tokens) :]:
            self._append(token)

    def _remove(self, place: int) -> None:
        del self._tokens[place]
        for part, lengths in zip(self._parts, self._lengths, strict=True):
            start = sum(lengths[:place])
            del part[start : start + lengths[place]]
            del lengths[place]

    def _append(self, token: Token) -> None:
        is_search = token.surface is _SEARCH
        written = (
            _SEARCH_KIND if is_search else _FEED_KIND,
            varint(len(token.items)),
            b"".join(map(text, token.items)),
            text(token.query) if is_search else b"",
        )
        self._tokens.append(token)
        for part, lengths, each in zip(self._parts, self._lengths, written, strict=True):
            part += each
            lengths.append(len(each))


class BehaviourExamples:
    """Serializes the examples of one user, in the order of their targets.

    Args:
        user_id: The user.
    """

    def __init__(self, user_id: str):
        self._user_id = example_bytes.entry(features.USER_ID, strings([user_id]))
        self._history = _WrittenHistory()

    def example(
        self,
        target: Event,
        history: Sequence[Token],
        negatives: bytes,
        count: int,
        ends_sequence: bool = False,
        with_weight: bool = False,
        with_place: bool = False,
    ) -> bytes:
        """Serializes the example of one target, as `behaviour_example` does.

        Args:
            target: The event to predict.
            history: The tokens before it, oldest first.
            negatives: What `text` returned for each item that it is ranked against, joined.
            count: How many these are.
            ends_sequence: See `sequence_ends`.
            with_weight: Whether the example holds weights.
            with_place: Whether it holds the place at which the target was shown.
        """
        written = self._history
        written.become(list(history))
        counts, items, kinds, queries = written.counts, written.items, written.kinds, written.queries
        positive = text(target.item_id)
        time = varint_of_large(target.timestamp_ms)
        return example_bytes.joined(
            [
                *(_CANDIDATES[len(positive) + len(negatives)], positive, negatives),
                _context(tuple(target.context.items())),
                *(_ITEM_COUNTS[len(counts)], counts),
                *(_ITEMS[len(items)], items),
                *(_KINDS[len(kinds)], kinds),
                *(_QUERIES[len(queries)], queries),
                *((_history_weights(history),) if with_weight else ()),
                _labels(count),
                _query(target.query),
                _SEQUENCE_END[ends_sequence],
                *((example_bytes.entry(features.SHOWN_PLACE, integers([target.place])),) if with_place else ()),
                _SURFACES[target.surface],
                *(_TIMESTAMP[len(time)], time),
                self._user_id,
                *((example_bytes.entry(features.WEIGHT, floats([target.weight])),) if with_weight else ()),
            ]
        )


def behaviour_example(
    target: Event,
    history: Sequence[Token],
    negatives: Sequence[str],
    ends_sequence: bool = False,
    with_weight: bool = False,
    with_place: bool = False,
) -> bytes:
    """Serializes the example of one target.

    Args:
        target: The event to predict.
        history: The tokens before it, oldest first.
        negatives: The items that it is ranked against.
        ends_sequence: See `sequence_ends`.
        with_weight: Whether the example says how much its target, and each item of its history, counts as a target.
        with_place: Whether the example says at which place the target was shown.

    Returns:
        A serialized tf.Example. Its candidates are the target's item, followed by the negatives.
    """
    written = b"".join(map(text, negatives))
    return BehaviourExamples(target.user_id).example(
        target, history, written, len(negatives), ends_sequence, with_weight, with_place
    )


def _history_weights(history: Sequence[Token]) -> bytes:
    return example_bytes.entry(features.HISTORY_WEIGHTS, floats([each for token in history for each in token.weights]))


@functools.cache
def _labels(negatives: int) -> bytes:
    return example_bytes.entry(features.LABELS, floats([1.0] + [0.0] * negatives))


@functools.lru_cache(maxsize=1 << 12)
def _query(query: str) -> bytes:
    return example_bytes.entry(features.QUERY, strings([query]))


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
