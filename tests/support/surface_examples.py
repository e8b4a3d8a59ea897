"""Raw examples whose surfaces are in a given proportion, and their statistics."""

import functools
import tempfile
from pathlib import Path

import tensorflow as tf

from components.data_checks.request_statistics import request_statistics
from schemas import features
from schemas.behaviour_schema import behaviour_schema
from tests.support.raw_files import make_pipeline


def write(path: Path, search_share: float, label: float = 1.0) -> str:
    """Writes a hundred examples, of which a share is of search, all with the same query."""
    with tf.io.TFRecordWriter(str(path)) as writer:
        for place in range(100):
            example = tf.train.Example()
            values = example.features.feature
            is_search = place < 100 * search_share
            for name, value in {
                features.USER_ID: str(place),
                features.SURFACE: "search" if is_search else "recommendation",
                features.QUERY: "lamp" if is_search else "",
                features.CANDIDATES: "mug",
            }.items():
                values[name].bytes_list.value.append(value.encode())
            values[features.TIMESTAMP_MS].int64_list.value.append(place)
            values[features.SEQUENCE_END].int64_list.value.append(0)
            values[features.LABELS].float_list.value.append(label)
            writer.write(example.SerializeToString())
    return str(path)


@functools.cache
def statistics(**examples: float):
    """The statistics of what `write` writes, computed once."""
    with tempfile.TemporaryDirectory() as folder:
        return request_statistics(make_pipeline, write(Path(folder) / "examples", **examples), behaviour_schema())


def write_statistics(folder: Path, **examples: float) -> str:
    """Writes the statistics as StatisticsGen does."""
    split = folder / f"Split-{features.TRAIN_SPLIT}"
    split.mkdir(parents=True)
    (split / "FeatureStats.pb").write_bytes(statistics(**examples).SerializeToString())
    return str(folder)
