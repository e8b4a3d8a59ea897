"""Behaviour examples as arrays: what a rule sees of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import tensorflow as tf

from components.baselines.item_features import NOTHING
from schemas import features

_SPECIFICATION = {
    features.USER_ID: tf.io.FixedLenFeature([], tf.string, ""),
    features.SURFACE: tf.io.FixedLenFeature([], tf.string, ""),
    features.QUERY: tf.io.FixedLenFeature([], tf.string, ""),
    features.TIMESTAMP_MS: tf.io.FixedLenFeature([], tf.int64, 0),
    features.SEQUENCE_END: tf.io.FixedLenFeature([], tf.int64, 0),
    features.SHOWN_PLACE: tf.io.FixedLenFeature([], tf.int64, 0),
    features.CANDIDATES: tf.io.RaggedFeature(tf.string),
    features.LABELS: tf.io.RaggedFeature(tf.float32),
    features.HISTORY_KINDS: tf.io.RaggedFeature(tf.int64),
    features.HISTORY_ITEMS: tf.io.RaggedFeature(tf.string),
    features.HISTORY_QUERIES: tf.io.RaggedFeature(tf.string),
}


@dataclass(frozen=True)
class ExampleColumns:
    """A batch of behaviour examples.

    Attributes:
        users: [rows] user ids, as bytes.
        surfaces: [rows] names of surfaces.
        queries: [rows] the query or, where there is none, the newest one of the history; empty if there is neither.
        own_queries: [rows] the query of the row itself; empty if it has none.
        times: int64 [rows] milliseconds since 1970.
        is_sequence_end: bool [rows] see the raw feature `sequence_end`.
        items: int32 [rows, candidates] indices of items; an unknown one has an index of its own beyond the catalogue's,
            the same throughout the batch. Padded with `NOTHING`.
        is_positive: bool [rows, candidates] at most one of a row.
        history: int32 [rows, length] indices of the items of the history, newest first, padded with `NOTHING`.
        kinds: int64 [rows, events] the kind of each event of the history (`Surface.token_kind`), newest first, padded
            with 0.
        shown_places: int64 [rows] at which place each target was shown, from 1; 0 if nobody knows.
    """

    users: Sequence[bytes]
    surfaces: Sequence[str]
    queries: Sequence[str]
    own_queries: Sequence[str]
    times: np.ndarray
    is_sequence_end: np.ndarray
    items: np.ndarray
    is_positive: np.ndarray
    history: np.ndarray
    kinds: np.ndarray
    shown_places: np.ndarray

    @property
    def positives(self) -> np.ndarray:
        """int32 [rows] the index of each positive; `NOTHING` where there is none."""
        return np.where(self.is_positive, self.items, NOTHING).max(axis=1, initial=NOTHING)


def example_columns(serialized: Sequence[bytes], places: Mapping[bytes, int]) -> ExampleColumns:
    """Reads a batch.

    Args:
        serialized: tf.Examples.
        places: Item id to index.

    Raises:
        ValueError: An example has more or fewer labels than candidates, or several positives.
    """
    columns = tf.io.parse_example(tf.constant(serialized, tf.string), _SPECIFICATION)
    candidates, labels = columns[features.CANDIDATES], columns[features.LABELS]
    if not np.array_equal(candidates.row_lengths(), labels.row_lengths()):
        raise ValueError(
            f"Every candidate needs a label. Received: an example whose `{features.CANDIDATES}` and "
            f"`{features.LABELS}` differ in length."
        )
    is_positive = labels.to_tensor(default_value=0.0).numpy() > 0
    if is_positive.sum(axis=1).max(initial=0) > 1:
        raise ValueError(f"An example has at most one positive. Received: {is_positive.sum(axis=1).max()} in one.")
    unknown: dict[bytes, int] = {}

    def indices(ids: tf.RaggedTensor) -> tf.RaggedTensor:
        flat = [
            places[each] if each in places else unknown.setdefault(each, len(places) + len(unknown))
            for each in ids.flat_values.numpy().tolist()
        ]
        return ids.with_flat_values(tf.constant(flat, tf.int32))

    own_queries = [query.decode(errors="replace") for query in columns[features.QUERY].numpy().tolist()]
    past = columns[features.HISTORY_QUERIES].to_list()
    newest = [earlier[-1].decode(errors="replace") if earlier else "" for earlier in past]
    queries = [own or earlier for own, earlier in zip(own_queries, newest, strict=True)]
    return ExampleColumns(
        columns[features.USER_ID].numpy().tolist(),
        [surface.decode() for surface in columns[features.SURFACE].numpy().tolist()],
        queries,
        own_queries,
        columns[features.TIMESTAMP_MS].numpy(),
        columns[features.SEQUENCE_END].numpy() > 0,
        indices(candidates).to_tensor(default_value=NOTHING).numpy(),
        is_positive,
        indices(columns[features.HISTORY_ITEMS])[:, ::-1].to_tensor(default_value=NOTHING).numpy(),
        columns[features.HISTORY_KINDS][:, ::-1].to_tensor(default_value=0).numpy(),
        columns[features.SHOWN_PLACE].numpy(),
    )
