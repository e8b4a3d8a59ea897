"""Finds the versions of a model below its base path."""

import logging
import os
import re

LOGGER = logging.getLogger(__name__)
_MAX_VERSION = 2**63 - 1
_PATTERN = re.compile(r"[\[\\]")
_SAVED_MODEL_FILES = ("saved_model.pb", "saved_model.pbtxt")


def taken_for_pattern(path: str) -> str:
    """Says why TensorFlow cannot read models below a path; empty if it can.

    TensorFlow looks for a model's weights by a pattern, in TF Serving too. A path with `[` or a backslash does not
    match itself; one with `*` or `?` does.
    """
    found = sorted(set(_PATTERN.findall(path)))
    if not found:
        return ""
    return f"TensorFlow takes {' '.join(found)} in a path for a pattern, and would find no weights there"


def version_folders(base_path: str) -> dict[int, str] | None:
    """Finds the complete versions.

    A version is a folder named by a whole number; `00000123` is 123. A folder without a SavedModel file does not count
    yet, because the Pusher writes that file last.

    Args:
        base_path: The folder that holds the version folders.

    Returns:
        Version to path, or None if the base path does not exist, cannot be read, or cannot be a path at all.
    """
    try:
        names = sorted(os.listdir(base_path))
    except (OSError, ValueError):
        return None
    found: dict[int, str] = {}
    for name in names:
        path = os.path.join(base_path, name)
        version = _version(name)
        if version is None or not any(os.path.isfile(os.path.join(path, file)) for file in _SAVED_MODEL_FILES):
            continue
        if version in found:
            LOGGER.warning("%s and %s are the same version %d; the latter is ignored", found[version], path, version)
            continue
        found[version] = path
    return found


def _version(name: str) -> int | None:
    if not name.isascii() or not name.isdigit():
        return None
    version = int(name)
    return version if version <= _MAX_VERSION else None
