"""Lists the versions in a directory of pushed models.

The Pusher writes a version file by file, `saved_model.pb` last, so a version without that file is not complete yet.
"""

import os
from collections.abc import Callable

SAVED_MODEL_FILE = "saved_model.pb"


def last_pushed_version(pushed_model_dir: str) -> str:
    """Finds the newest complete version.

    Args:
        pushed_model_dir: Where the Pusher writes: one folder a version, named by a number. A local path or, if
            TensorFlow is installed with support for it, the address of a bucket. It need not exist.

    Returns:
        The name of the version's folder; empty if there is no complete version.
    """
    return next(iter(complete_versions(pushed_model_dir)), "")


def complete_versions(pushed_model_dir: str) -> list[str]:
    """The names of all complete versions' folders, the newest first."""
    return [version for version in all_versions(pushed_model_dir) if is_complete(pushed_model_dir, version)]


def all_versions(pushed_model_dir: str) -> list[str]:
    """The names of all versions' folders, the newest first, with those that are still being written."""
    list_directory, exists = _file_system(pushed_model_dir)
    if not pushed_model_dir or not exists(pushed_model_dir):
        return []
    names = (name.rstrip("/") for name in list_directory(pushed_model_dir))
    return sorted((name for name in names if name.isdecimal()), key=int, reverse=True)


def is_complete(pushed_model_dir: str, version: str) -> bool:
    """Tells whether a version can be loaded."""
    _, exists = _file_system(pushed_model_dir)
    return exists(os.path.join(pushed_model_dir, version, SAVED_MODEL_FILE))


def _file_system(path: str) -> tuple[Callable[[str], list[str]], Callable[[str], bool]]:
    if "://" not in path:
        return os.listdir, os.path.exists
    from tensorflow.io import gfile  # Seconds to import, and only buckets need it.

    return gfile.listdir, gfile.exists
