"""Asks a model's signature `search` as a user of whom nothing is known."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.

from schemas import signatures

UNKNOWN_USER = "\x00nobody"
_UNKNOWN_MOMENT = -1
_BATCH = 32


def search_answers(model_dir: str, queries: Sequence[str], k: int) -> list[list[str]]:
    """Asks for the best items of each query, with no history.

    Args:
        model_dir: A SavedModel with the signature `search`.
        queries: What is typed.
        k: How many items are asked for.

    Returns:
        For each query the ids of the items, best first, at most `k`.

    Raises:
        ValueError: The model has no signature `search`.
    """
    loaded = tf.saved_model.load(model_dir)
    if signatures.SEARCH not in loaded.signatures:
        raise ValueError(
            f"Only a model that retrieves can be asked queries: {model_dir} should have the signature "
            f"`{signatures.SEARCH}`, it has {sorted(loaded.signatures)}"
        )
    search = loaded.signatures[signatures.SEARCH]
    _, specs = search.structured_input_signature
    answers: list[list[str]] = []
    for first in range(0, len(queries), _BATCH):
        batch = list(queries[first : first + _BATCH])
        found = search(**{name: _input(spec, batch, k) for name, spec in specs.items()})
        answers += ([item.decode() for item in row if item] for row in found[signatures.ITEMS].numpy().tolist())
    return answers


def _input(spec: tf.TensorSpec, queries: Sequence[str], k: int) -> tf.Tensor:
    rows = len(queries)
    given: dict[str, Any] = {
        signatures.RANK_QUERY: list(queries),
        signatures.RANK_USER_ID: [UNKNOWN_USER] * rows,
        signatures.K: [k] * rows,
        signatures.RANK_TIMESTAMP_MS: [_UNKNOWN_MOMENT] * rows,
    }
    if spec.name in given:
        return tf.constant(given[spec.name], spec.dtype)
    # Histories and categories have no columns; a value of the context that is not told is empty.
    return tf.zeros([rows, *[0] * (spec.shape.rank - 1)], spec.dtype)
