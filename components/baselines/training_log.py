"""What the rules learn from: the training split, reduced to the indices of items, to times and to queries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import tensorflow as tf

from components.baselines.example_columns import example_columns
from components.baselines.item_features import ItemFeatures

_BATCH = 4096


@dataclass(frozen=True)
class TrainingLog:
    """The training split.

    Attributes:
        positives: int32 [examples] the item that each user engaged with.
        times: int64 [examples] when, in milliseconds since 1970.
        queries: [examples] the query that led to each item; empty where there was none, as on the feed.
        baskets: int32 [pairs, 2] a number for each history with the item that followed it, and an item of it; no pair
            stands twice. Only examples that hold each event once (`sequence_end`) count.
        users: How many examples each user has.
    """

    positives: np.ndarray
    times: np.ndarray
    queries: Sequence[str]
    baskets: np.ndarray
    users: Mapping[bytes, int] = field(default_factory=Counter)

    def counts(self, items: int, since_ms: int | None = None) -> np.ndarray:
        """int64 [items + 1]: of how many examples each item is the positive; 0 for unknown items, the last.

        Args:
            items: How many items there are.
            since_ms: Counts only examples of this time and later ones.
        """
        counted = self.positives if since_ms is None else self.positives[self.times >= since_ms]
        return np.bincount(counted, minlength=items + 1)


def read_training_log(files: Sequence[str], catalogue: ItemFeatures) -> TrainingLog:
    """Reads the training examples. Items that are not in the catalogue are left out.

    Args:
        files: Gzipped TFRecord files of behaviour examples.
        catalogue: The items.
    """
    positives, times, queries, baskets, first = [], [], list[str](), [], 0
    users: Counter[bytes] = Counter()
    for batch in tf.data.TFRecordDataset(list(files), compression_type="GZIP").batch(_BATCH):
        columns = example_columns(batch.numpy().tolist(), catalogue.places)
        wanted = columns.positives
        is_known = (wanted >= 0) & (wanted < len(catalogue))
        users.update(columns.users)
        positives.append(wanted[is_known])
        times.append(columns.times[is_known])
        queries += [columns.own_queries[row] for row in np.flatnonzero(is_known)]
        both = np.concatenate([columns.history, wanted[:, np.newaxis]], axis=1)
        held = (both >= 0) & (both < len(catalogue)) & columns.is_sequence_end[:, np.newaxis]
        rows, places = np.nonzero(held)
        baskets.append(np.unique(np.stack([rows + first, both[rows, places]], axis=1), axis=0).astype(np.int32))
        first += len(wanted)
    return TrainingLog(
        _joined(positives, np.zeros(0, np.int32)),
        _joined(times, np.zeros(0, np.int64)),
        queries,
        _joined(baskets, np.zeros((0, 2), np.int32)),
        users,
    )


def _joined(parts: list[np.ndarray], none: np.ndarray) -> np.ndarray:
    return np.concatenate(parts) if parts else none
