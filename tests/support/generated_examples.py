"""Makes examples of small log files, without TFX, and reads them back."""

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tensorflow as tf

from components.behaviour_example_gen.generation import generate_examples, splits_of
from components.item_catalog.table import CatalogItem, write_table
from components.raw_files.summary import Summary
from components.sources.data_config import DataConfig
from schemas import features
from tests.support.raw_files import make_pipeline

NOW_MS = 1_700_000_000_000


@dataclass(frozen=True)
class Generated:
    """The result of a run: the summary, and the examples of each split as {feature: values}, in no order."""

    summary: Summary
    splits: dict[str, list[dict[str, list[Any]]]]

    @property
    def targets(self) -> list[dict[str, list[Any]]]:
        """The behaviour examples of all splits."""
        return [example for split in features.BEHAVIOUR_SPLITS for example in self.splits[split]]


def generate(folder: Path, config: DataConfig, catalog: Iterable[CatalogItem], workers: int = 1) -> Generated:
    """Makes all examples below `folder`, for this catalogue. The events may lie in January 1970."""
    config = dataclasses.replace(config, earliest="")
    for name in ("catalog", "rejects"):
        (folder / name).mkdir(parents=True)
    write_table(str(folder / "catalog"), catalog)
    directories = {split: str(folder / f"Split-{split}") for split in splits_of(config)}
    folders = (directories, str(folder / "rejects"))
    summary = generate_examples(
        lambda: make_pipeline(workers), config, str(folder / "catalog"), *folders, NOW_MS, places_dir=str(folder)
    )
    return Generated(summary, {split: read_split(directory) for split, directory in directories.items()})


def read_split(directory: str) -> list[dict[str, list[Any]]]:
    """Reads the examples of one split."""
    files = tf.io.gfile.glob(f"{directory}/data_tfrecord-*-of-*.gz")
    return [values(record.numpy()) for record in tf.data.TFRecordDataset(files, compression_type="GZIP")]


def values(serialized: bytes) -> dict[str, list[Any]]:
    """Reads one serialized tf.Example. Its strings become str."""
    example = tf.train.Example.FromString(serialized)
    result = {}
    for name, feature in sorted(example.features.feature.items()):
        found = getattr(feature, feature.WhichOneof("kind")).value
        result[name] = [each.decode() if isinstance(each, bytes) else each for each in found]
    return result
