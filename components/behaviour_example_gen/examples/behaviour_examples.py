"""Serializes tf.Examples: one for each target, for each item of the catalogue, and for each user of the table of users.

`schemas/README.md` describes their features.
"""

import functools
import math
from collections.abc import Mapping, Sequence

from components.behaviour_example_gen.examples import example_bytes
from components.behaviour_example_gen.examples.example_bytes import floats, integers, strings
from schemas import context_values, features
from schemas.canonical_event import Event, Item, Surface, Token, User

# Looked up once, because looking up members of an enumeration takes longer than the rest of the work on a token.
_SEARCH = Surface.SEARCH
_SEARCH_KIND = Surface.SEARCH.token_kind
_FEED_KIND = Surface.RECOMMENDATION.token_kind


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
        with_weight: Whether the example says how much its target counts.

    Returns:
        A serialized tf.Example. Its candidates are the target's item, followed by the negatives.
    """
    kinds: list[int] = []
    counts: list[int] = []
    items: list[str] = []
    queries: list[str] = []
    for token in history:
        counts.append(len(token.items))
        items += token.items
        if token.surface is _SEARCH:
            kinds.append(_SEARCH_KIND)
            queries.append(token.query)
        else:
            kinds.append(_FEED_KIND)
    return example_bytes.example(
        {
            features.USER_ID: strings([target.user_id]),
            features.SURFACE: strings([target.surface.value]),
            features.QUERY: strings([target.query]),
            features.TIMESTAMP_MS: integers([target.timestamp_ms]),
            features.CONTEXT_VALUES: strings(context_values.to_texts(target.context)),
            features.CANDIDATES: strings([target.item_id, *negatives]),
            features.LABELS: _labels(len(negatives)),
            features.SEQUENCE_END: integers([int(ends_sequence)]),
            features.HISTORY_KINDS: integers(kinds),
            features.HISTORY_ITEM_COUNTS: integers(counts),
            features.HISTORY_ITEMS: strings(items),
            features.HISTORY_QUERIES: strings(queries),
            **({features.WEIGHT: floats([target.weight])} if with_weight else {}),
        }
    )


@functools.cache
def _labels(negatives: int) -> bytes:
    return floats([1.0] + [0.0] * negatives)


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
