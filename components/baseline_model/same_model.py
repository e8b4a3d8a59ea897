"""Tells whether two SavedModels are the same, by the content of their files."""

import os

from tensorflow.io import gfile

_EXTRA = "assets.extra"
"""A SavedModel's folder for further files. The gate puts warm-up requests there, which are no part of the model."""
_BLOCK_BYTES = 1 << 20


def is_same_model(version_dir: str, model_dir: str) -> bool:
    """Tells whether two folders hold the same SavedModel; warm-up requests do not count.

    Args:
        version_dir: One folder, such as that of a pushed version.
        model_dir: The other one, such as a Trainer's export.
    """
    version, model = _files(version_dir), _files(model_dir)
    # Sizes come first: they differ for nearly all models, and cost nothing.
    return version == model and all(
        _same_bytes(os.path.join(version_dir, name), os.path.join(model_dir, name)) for name in model
    )


def _files(folder: str) -> dict[str, int]:
    """The size of each file below a folder, by its path there."""
    sizes: dict[str, int] = {}
    for place, _, names in gfile.walk(folder):
        relative = os.path.relpath(place, folder)
        if relative.split(os.sep)[0] != _EXTRA:
            sizes |= {os.path.join(relative, name): gfile.stat(os.path.join(place, name)).length for name in names}
    return sizes


def _same_bytes(one: str, other: str) -> bool:
    with gfile.GFile(one, "rb") as first, gfile.GFile(other, "rb") as second:
        while block := first.read(_BLOCK_BYTES):
            if block != second.read(_BLOCK_BYTES):
                return False
    return True
