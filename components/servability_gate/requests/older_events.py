"""Gives examples of users with long histories older events, which must not change what is answered."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import tensorflow as tf

from schemas import features
from schemas.canonical_event import Surface


class _Token(NamedTuple):
    """One token of a history: its kind, its items, and for a search its query."""

    kind: int
    items: tuple[bytes, ...]
    query: bytes | None


def with_older_events(example: tf.train.Example, kept: Mapping[str, int]) -> tf.train.Example | None:
    """The same user, of whom the application knows more than training read.

    Examples of training hold the newest tokens of each surface only, as many as the model keeps. An application sends
    what it has. What is older must change nothing, so the answers to both have to be equal.

    Args:
        example: A behaviour example.
        kept: How many tokens of each surface the model keeps, by the surface's value.

    Returns:
        A copy with twice as many older events as it has of each surface of which it has all that are kept; None if
        there is no such surface, because any event of it would count.
    """
    tokens = _tokens(example)
    full = {
        surface.token_kind
        for surface in Surface
        if sum(token.kind == surface.token_kind for token in tokens) >= kept[surface.value] > 0
    }
    older = [token for token in tokens if token.kind in full]
    if not older:
        return None
    result = tf.train.Example()
    result.CopyFrom(example)
    _set_history(result, [*older, *older, *tokens])
    return result


def _tokens(example: tf.train.Example) -> list[_Token]:
    of = example.features.feature
    items = iter(of[features.HISTORY_ITEMS].bytes_list.value)
    queries = iter(of[features.HISTORY_QUERIES].bytes_list.value)
    kinds, counts = of[features.HISTORY_KINDS].int64_list.value, of[features.HISTORY_ITEM_COUNTS].int64_list.value
    return [
        _Token(kind, tuple(next(items) for _ in range(count)), _query(kind, queries))
        for kind, count in zip(kinds, counts, strict=True)
    ]


def _query(kind: int, queries: Iterator[bytes]) -> bytes | None:
    return next(queries) if kind == Surface.SEARCH.token_kind else None


def _set_history(example: tf.train.Example, tokens: list[_Token]) -> None:
    of = example.features.feature
    of[features.HISTORY_KINDS].int64_list.value[:] = [token.kind for token in tokens]
    of[features.HISTORY_ITEM_COUNTS].int64_list.value[:] = [len(token.items) for token in tokens]
    of[features.HISTORY_ITEMS].bytes_list.value[:] = [item for token in tokens for item in token.items]
    queries = [token.query for token in tokens if token.query is not None]
    of[features.HISTORY_QUERIES].bytes_list.value[:] = queries
    of.pop(features.HISTORY_WEIGHTS, None)  # A request has none.
