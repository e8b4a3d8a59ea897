"""Serializes tf.Examples: one for each target, for each item of the catalogue, and for each user of the table of users.

`schemas/README.md` describes their features.
"""

import functools
from collections.abc import Sequence

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
        with_weight: Whether the example says how much its target, and each item of its history, counts as a target.

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
            **(_weights(target, history) if with_weight else {}),
        }
    )


def _weights(target: Event, history: Sequence[Token]) -> dict[str, bytes]:
    of_history = [weight for token in history for weight in token.weights]
    return {features.WEIGHT: floats([target.weight]), features.HISTORY_WEIGHTS: floats(of_history)}


@functools.cache
def _labels(negatives: int) -> bytes:
    return floats([1.0] + [0.0] * negatives)


def catalog_example(item: Item, attributes: Sequence[str] = (), engagements: int = 0) -> bytes:
    """Serializes the example of one item.

    Args:
        item: A row of the item table.
        attributes: The names of the attributes to write, in this order.
        engagements: The number of training examples whose positive is this item.
    """
    return example_bytes.example(
        {
            features.ITEM_ID: strings([item.item_id]),
            features.TITLE: strings([item.title]),
            features.CATEGORIES: strings(item.categories),
            features.ATTRIBUTES: strings([item.attributes.get(name, "") for name in attributes]),
            features.ENGAGEMENTS: integers([engagements]),
        }
    )


def audience_example(user: User, attributes: Sequence[str]) -> bytes:
    """Serializes the example of one user.

    Args:
        user: A row of the table of users.
        attributes: The names of the attributes to write, in this order.
    """
    return example_bytes.example(
        {
            features.USER_ID: strings([user.user_id]),
            features.USER_ATTRIBUTES: strings([user.attributes.get(name, "") for name in attributes]),
        }
    )
