"""Ranks the candidates of examples by a model, and sums the gains up by user."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final

import numpy as np
import tensorflow as tf
import tensorflow_text  # noqa: F401  # Loaded models have operations of it.

from components.metrics.among_candidates.positive_rank import positive_rank
from components.metrics.by_user.user_gains import UserGains
from components.progress import Progress
from schemas import features, signatures
from schemas.rank_metrics import rank_metrics

_BATCH: Final = 256
_SPECIFICATION: Final = {
    features.USER_ID: tf.io.FixedLenFeature([], tf.string, ""),
    features.SURFACE: tf.io.FixedLenFeature([], tf.string, ""),
    features.LABELS: tf.io.RaggedFeature(tf.float32),
}


def gains_by_user(model_dir: str, files: Sequence[str], expected: int | None = None) -> dict[str, UserGains]:
    """Ranks each example's positive among its candidates, as the Evaluator does.

    Args:
        model_dir: A SavedModel with the signature `serving_default`.
        files: Gzipped TFRecord files of behaviour examples. Those without a positive do not count.
        expected: How many examples there are, to display progress; None if nobody knows.

    Returns:
        The gains by surface; a surface without examples is not there.
    """
    loaded = tf.saved_model.load(model_dir)  # Kept, because a signature alone does not keep its variables alive.
    score = loaded.signatures[signatures.SERVING_DEFAULT]
    progress = Progress("examples ranked", expected)
    ranks: dict[str, dict[bytes, list[int]]] = defaultdict(lambda: defaultdict(list))
    for batch in tf.data.TFRecordDataset(list(files), compression_type="GZIP").batch(_BATCH):
        scores = score(**{signatures.EXAMPLES: batch})[signatures.SCORES].numpy()
        columns = tf.io.parse_example(batch, _SPECIFICATION)
        users, surfaces = columns[features.USER_ID].numpy(), columns[features.SURFACE].numpy()
        for row, labels in enumerate(columns[features.LABELS].to_list()):
            if any(labels):
                ranks[surfaces[row].decode()][users[row]].append(positive_rank(np.array(labels), scores[row]))
        progress.advance(len(users))
    return {surface: _summed(of_users) for surface, of_users in sorted(ranks.items())}


def _summed(ranks: dict[bytes, list[int]]) -> UserGains:
    users = sorted(ranks)
    sums = [[np.sum(metric.gain(np.array(ranks[user]), np)) for metric in rank_metrics()] for user in users]
    counts = np.array([len(ranks[user]) for user in users], np.int64)
    return UserGains(np.array(users, np.bytes_), counts, np.array(sums, np.float64))
