"""Writes the examples of a finished run as bare sequences of items, for other libraries' models to learn from."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import tensorflow as tf

from benchmarks.rivals.recbole_baseline import EXCLUDE_SEEN, ITEMS, SURFACES
from components.baselines.example_columns import ExampleColumns, example_columns
from components.baselines.example_ranking import user_hash
from components.baselines.item_features import read_item_features
from schemas import features

UNKNOWN: Final = -1
"""The wanted item of an example whose item is not in the catalogue."""
_BATCH: Final = 4096
_HASHES: Final = 1 << 64
_SPLITS: Final = (features.TRAIN_SPLIT, features.VALIDATION_SPLIT, features.TEST_SPLIT)


def write_sequences(root: Path, path: Path, baseline_examples: int, exclude_seen: bool) -> dict[str, Any]:
    """Writes the sequences of a run's newest examples, as JSON.

    Items are numbered by their places in the run's catalogue, from 0, and users by their first appearance. A history
    has the items that the example itself knows, of both surfaces, oldest first, without those that the catalogue lacks;
    queries are left out. Test examples are those that the run compares with rules among all items
    (`components.baselines`).

    Args:
        root: The run's folder, with examples below `artifacts`.
        path: The file to write.
        baseline_examples: `evaluation.baseline_examples` of the run: about how many examples it ranks among all items.
        exclude_seen: `evaluation.exclude_seen` of the run; it is only written down.

    Returns:
        What the file holds: `items`, how many there are; `exclude_seen`; for each of `train`, `validation` and `test` a
        list of [user, history, wanted item], where the wanted item may be `UNKNOWN`; and `surfaces`, those of the test
        examples in their order.
    """
    folders = sorted((root / "artifacts" / "BehaviourExampleGen" / "examples").glob("*"), key=lambda at: int(at.name))
    places = read_item_features(_files(folders[-1], features.CATALOG_SPLIT)).places
    users: dict[bytes, int] = {}
    surfaces: list[str] = []
    found: dict[str, Any] = {ITEMS: len(places), EXCLUDE_SEEN: exclude_seen}
    for split in _SPLITS:
        files = _files(folders[-1], split)
        is_asked = split == features.TEST_SPLIT
        share = baseline_examples / max(1, sum(1 for _ in _records(files))) if is_asked else 1.0
        rows = found[split] = []
        for batch in _records(files).batch(_BATCH):
            columns = example_columns(batch.numpy().tolist(), places)
            for row in np.flatnonzero(columns.is_positive.any(axis=1)).tolist():
                if user_hash(columns.users[row]) < share * _HASHES:
                    user = users.setdefault(columns.users[row], len(users))
                    rows.append([user, *_sequence(columns, row, len(places))])
                    surfaces += [columns.surfaces[row]] if is_asked else []
    found[SURFACES] = surfaces
    aside = path.with_suffix(".part")
    aside.write_text(json.dumps(found) + "\n", encoding="utf-8")
    aside.replace(path)  # A file that is there is whole.
    return found


def _sequence(columns: ExampleColumns, row: int, items: int) -> tuple[list[int], int]:
    """The history of an example and the item that it wants."""
    history = [item for item in columns.history[row, ::-1].tolist() if 0 <= item < items]
    wanted = int(columns.positives[row])
    return history, wanted if wanted < items else UNKNOWN


def _files(folder: Path, split: str) -> list[str]:
    return sorted(map(str, folder.glob(f"Split-{split}/*.gz")))


def _records(files: Sequence[str]) -> tf.data.Dataset:
    return tf.data.TFRecordDataset(list(files), compression_type="GZIP")
