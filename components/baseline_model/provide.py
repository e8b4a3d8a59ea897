"""Writes the baseline: a copy of a pushed version or, without one, a popularity model."""

import os
from collections.abc import Sequence

import tensorflow as tf

from components.baseline_model.popularity_counts import count_positives
from components.baseline_model.popularity_model import save_popularity_model
from components.baseline_model.pushed_versions import is_complete


def provide_baseline(train_files: Sequence[str], pushed_model_dir: str, version: str, destination: str) -> str:
    """Writes the baseline: the last blessed model or, if there is none yet, a popularity model.

    Args:
        train_files: Gzipped TFRecord files of the training examples; read only for a popularity model.
        pushed_model_dir: Where the Pusher writes the models that were blessed.
        version: The version to copy; empty for a popularity model.
        destination: The directory of the SavedModel to write; it must not exist yet.

    Returns:
        Where the baseline came from, as a text for people.

    Raises:
        FileNotFoundError: The named version is missing or not complete.
        ValueError: A popularity model is needed, but the training examples hold no positive or are broken.
    """
    if version and not is_complete(pushed_model_dir, version):
        raise FileNotFoundError(
            f"The baseline was to be version {version}, but {os.path.join(pushed_model_dir, version)} holds no "
            "complete SavedModel. Was it removed while the pipeline ran? Run the pipeline again."
        )
    if version:
        _copy(os.path.join(pushed_model_dir, version), destination)
        return f"last blessed version {version}"
    counts = count_positives(train_files)
    if not counts:
        raise ValueError(
            "There is no blessed model yet, and no popularity model can be made: the training examples hold no "
            f"positive. Received: {len(train_files)} files"
        )
    save_popularity_model(counts, destination)
    return f"popularity of {len(counts)} items in {sum(counts.values())} engagements"


def _copy(source: str, destination: str) -> None:
    for folder, _, names in tf.io.gfile.walk(source):
        target = os.path.join(destination, os.path.relpath(folder, source))
        tf.io.gfile.makedirs(target)
        for name in names:
            tf.io.gfile.copy(os.path.join(folder, name), os.path.join(target, name))
