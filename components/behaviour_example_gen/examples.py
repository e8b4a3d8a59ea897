"""The tf.Examples: one a target, and one an item of the catalogue. `schemas/README.md` describes their features."""

from collections.abc import Sequence

import tensorflow as tf

from schemas import context_values, features
from schemas.canonical_event import Event, Item, Surface, Token


def behaviour_example(
    target: Event, history: Sequence[Token], negatives: Sequence[str], ends_sequence: bool = False
) -> bytes:
    """Serializes the example of one target.

    Args:
        target: The event to predict.
        history: The tokens before it, oldest first.
        negatives: Items to tell it from.
        ends_sequence: See `sequence_ends`.

    Returns:
        A serialized tf.Example whose candidates are the target's item and then the negatives.
    """
    example = tf.train.Example()
    _strings(example, features.USER_ID, [target.user_id])
    _strings(example, features.SURFACE, [target.surface.value])
    _strings(example, features.QUERY, [target.query])
    _integers(example, features.TIMESTAMP_MS, [target.timestamp_ms])
    _strings(example, features.CONTEXT_VALUES, context_values.to_texts(target.context))
    _strings(example, features.CANDIDATES, [target.item_id, *negatives])
    example.features.feature[features.LABELS].float_list.value.extend([1.0] + [0.0] * len(negatives))
    _integers(example, features.SEQUENCE_END, [int(ends_sequence)])
    _integers(example, features.HISTORY_KINDS, [token.surface.token_kind for token in history])
    _integers(example, features.HISTORY_ITEM_COUNTS, [len(token.items) for token in history])
    _strings(example, features.HISTORY_ITEMS, [item for token in history for item in token.items])
    _strings(example, features.HISTORY_QUERIES, [token.query for token in history if token.surface is Surface.SEARCH])
    return example.SerializeToString(deterministic=True)


def catalog_example(item: Item, attributes: Sequence[str] = (), engagements: int = 0) -> bytes:
    """Serializes the example of one item.

    Args:
        item: A row of the item table.
        attributes: The names of the attributes to write, in this order.
        engagements: How many training examples have the item as their positive.
    """
    example = tf.train.Example()
    _strings(example, features.ITEM_ID, [item.item_id])
    _strings(example, features.TITLE, [item.title])
    _strings(example, features.CATEGORIES, item.categories)
    _strings(example, features.ATTRIBUTES, [item.attributes.get(name, "") for name in attributes])
    _integers(example, features.ENGAGEMENTS, [engagements])
    return example.SerializeToString(deterministic=True)


def _strings(example: tf.train.Example, name: str, values: Sequence[str]) -> None:
    example.features.feature[name].bytes_list.value.extend(map(str.encode, values))


def _integers(example: tf.train.Example, name: str, values: Sequence[int]) -> None:
    example.features.feature[name].int64_list.value.extend(values)
