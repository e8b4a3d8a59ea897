"""Writes and reads the file beside a SavedModel that says how its scores are calibrated."""

import os
from collections.abc import Mapping

import tensorflow as tf

from schemas.score_map import SCORE_MAP_FILE, ScoreMap, from_json, to_json


def write_score_maps(model_dir: str, maps: Mapping[str, ScoreMap]) -> None:
    """Writes the maps of a model's surfaces; nothing if there are none.

    Args:
        model_dir: The folder of the SavedModel, which is there.
        maps: By the surface's value.
    """
    if maps:
        path = os.path.join(model_dir, SCORE_MAP_FILE)
        tf.io.gfile.makedirs(os.path.dirname(path))
        with tf.io.gfile.GFile(path, "w") as file:
            file.write(to_json(maps))


def read_score_maps(model_dir: str) -> dict[str, ScoreMap]:
    """The maps of a model's surfaces by their values; empty if its scores are plain sigmoids."""
    path = os.path.join(model_dir, SCORE_MAP_FILE)
    if not tf.io.gfile.exists(path):
        return {}
    with tf.io.gfile.GFile(path) as file:
        return from_json(file.read())
