"""Builds the `rank` request that asks about given behaviour examples."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
import tensorflow as tf

from schemas import context_values, features, signatures
from schemas.canonical_event import Surface

_Token = tuple[bytes, bytes, Sequence[bytes]]
"""Surface, query and items of one token of a history, as bytes."""


def strings(example: tf.train.Example, name: str) -> Sequence[bytes]:
    """The values of a string feature; none if the example lacks it."""
    return example.features.feature[name].bytes_list.value


def rank_request(examples: Sequence[tf.train.Example], context: Collection[str] = ()) -> dict[str, np.ndarray]:
    """Builds one request that asks for the scores of each example's candidates.

    Args:
        examples: Behaviour examples with equally many candidates. A search example needs a query, because a request
            without one asks for a recommendation.
        context: The names of the model's context inputs.

    Returns:
        The inputs of `schemas.signatures.RANK`: arrays of `bytes`, and of int64 for the time. Shorter histories are
        padded with empty strings. Each axis has at least one place, because JSON cannot express the shape of an empty
        nested list.

    Raises:
        ValueError: The examples differ in their number of candidates, or a search example has no query.
    """
    candidate_counts = {len(strings(example, features.CANDIDATES)) for example in examples}
    if len(candidate_counts) != 1:
        raise ValueError(f"The examples of one request need equally many candidates. Received: {candidate_counts}")
    if not all(expressible(example) for example in examples):
        raise ValueError("`rank` tells a search by its query. Received: a search example without a query")
    histories = [list(_history(example)) for example in examples]
    tokens = max(1, *(len(history) for history in histories))
    items = max([1, *(len(clicked) for history in histories for _, _, clicked in history)])
    request = {
        signatures.RANK_USER_ID: np.array([_only(strings(example, features.USER_ID)) for example in examples], object),
        signatures.RANK_QUERY: np.array([_only(strings(example, features.QUERY)) for example in examples], object),
        signatures.RANK_CANDIDATES: np.array(
            [list(strings(example, features.CANDIDATES)) for example in examples], object
        ),
        signatures.RANK_HISTORY_SURFACES: np.full([len(examples), tokens], b"", object),
        signatures.RANK_HISTORY_QUERIES: np.full([len(examples), tokens], b"", object),
        signatures.RANK_HISTORY_ITEMS: np.full([len(examples), tokens, items], b"", object),
    }
    for row, history in enumerate(histories):
        for place, (surface, query, clicked) in enumerate(history):
            request[signatures.RANK_HISTORY_SURFACES][row, place] = surface
            request[signatures.RANK_HISTORY_QUERIES][row, place] = query
            request[signatures.RANK_HISTORY_ITEMS][row, place, : len(clicked)] = clicked
    return request | {name: _context(name, examples) for name in context}


def expressible(example: tf.train.Example) -> bool:
    """Whether a `rank` request can express the example. A search without a query would be a recommendation."""
    is_search = _only(strings(example, features.SURFACE)) == Surface.SEARCH.value.encode()
    return is_search == bool(_only(strings(example, features.QUERY)))


def _only(values: Sequence[bytes]) -> bytes:
    return values[0] if values else b""


def _context(name: str, examples: Sequence[tf.train.Example]) -> np.ndarray:
    if name == signatures.RANK_TIMESTAMP_MS:
        moments = [example.features.feature[features.TIMESTAMP_MS].int64_list.value for example in examples]
        return np.array([moment[0] if moment else -1 for moment in moments], np.int64)
    texts = ([text.decode() for text in strings(example, features.CONTEXT_VALUES)] for example in examples)
    return np.array([context_values.from_texts(each).get(name, "").encode() for each in texts], object)


def _history(example: tf.train.Example) -> Iterator[_Token]:
    kinds = example.features.feature[features.HISTORY_KINDS].int64_list.value
    counts = example.features.feature[features.HISTORY_ITEM_COUNTS].int64_list.value
    items = iter(strings(example, features.HISTORY_ITEMS))
    queries = iter(strings(example, features.HISTORY_QUERIES))
    surfaces = {surface.token_kind: surface for surface in Surface}
    for kind, count in zip(kinds, counts, strict=True):
        surface = surfaces[kind]
        query = next(queries) if surface is Surface.SEARCH else b""
        yield surface.value.encode(), query, [next(items) for _ in range(count)]
