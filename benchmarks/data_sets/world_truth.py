"""Asks the generator what the best ranking of a finished run's own test examples is."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.synthetic_log.generator_config import GeneratorConfig
from components.synthetic_log.truth.best_on_examples import AskedExample, best_on_examples
from schemas import features
from schemas.rank_metrics import CATALOGUE_CUTOFFS, rank_metrics


def achievable(root: Path, world: str) -> dict[str, Any]:
    """Returns what `best_on_examples` does, of the test examples of a run on a world's log.

    Args:
        root: The run's folder, with examples below `artifacts`.
        world: The name of the world.
    """
    return best_on_examples(GeneratorConfig.of_world(world), _examples(root), rank_metrics(CATALOGUE_CUTOFFS))


def _examples(root: Path) -> Iterator[AskedExample]:
    folders = sorted((root / "artifacts" / "BehaviourExampleGen" / "examples").glob("*"), key=lambda at: int(at.name))
    files = sorted(map(str, folders[-1].glob(f"Split-{features.TEST_SPLIT}/*.gz")))
    for record in tf.data.TFRecordDataset(files, compression_type="GZIP"):
        columns = tf.train.Example.FromString(record.numpy()).features.feature
        (user,), (surface,) = columns[features.USER_ID].bytes_list.value, columns[features.SURFACE].bytes_list.value
        labels = columns[features.LABELS].float_list.value
        items = [int(item) - 1 for item in columns[features.CANDIDATES].bytes_list.value]
        history = [int(item) - 1 for item in columns[features.HISTORY_ITEMS].bytes_list.value if item]
        positive = next(item for item, label in zip(items, labels, strict=True) if label > 0)
        negatives = [item for item, label in zip(items, labels, strict=True) if label == 0]
        yield AskedExample(
            int(user) - 1, surface.decode(), positive, _numbers(negatives), _numbers(sorted(set(history)))
        )


def _numbers(values: list[int]) -> Any:
    return tf.constant(values, tf.int64, [len(values)]).numpy()
