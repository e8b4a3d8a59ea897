"""Writes a model as the newest version into a folder of versions."""

import logging
import os

from tfx.dsl.io import fileio
from tfx.utils import io_utils

from components.baseline_model.pushed_versions import SAVED_MODEL_FILE, all_versions, complete_versions
from components.baseline_model.same_model import is_same_model
from components.pusher.rolled_back import FOLDER

_LOG = logging.getLogger(__name__)
_PARTIAL = ".partial"


def push(model_dir: str, base_directory: str, now_s: int) -> str:
    """Makes a model the newest version, unless it is that already.

    Versions that are newer than the newest complete one were left by a stopped run. They are removed, because servers
    do not see them or cannot load them.

    Args:
        model_dir: The SavedModel.
        base_directory: The folder of versions; it need not exist.
        now_s: The time in seconds since 1970, which becomes the version's number.

    Returns:
        The version that holds the model.
    """
    whole = complete_versions(base_directory)
    newest = whole[0] if whole else ""
    for version in all_versions(base_directory):
        if version == newest:
            break
        if fileio.isdir(os.path.join(base_directory, version)):
            _LOG.info("Removed version %s in %s: a stopped run has written a part of it", version, base_directory)
            fileio.rmtree(os.path.join(base_directory, version))
    if newest and is_same_model(os.path.join(base_directory, newest), model_dir):
        _LOG.info("Version %s of %s is this very model", newest, base_directory)
        return newest
    # A number is never used again, whatever the clock says.
    used = [*whole, *all_versions(os.path.join(base_directory, FOLDER))]
    version = str(max(now_s, *(int(each) + 1 for each in used), 1))
    _write(model_dir, os.path.join(base_directory, version))
    return version


def rolled_back_as(model_dir: str, base_directory: str) -> str:
    """The version as which a model was taken back; empty if it was not."""
    aside = os.path.join(base_directory, FOLDER)
    return next((each for each in complete_versions(aside) if is_same_model(os.path.join(aside, each), model_dir)), "")


def _write(model_dir: str, version_dir: str) -> None:
    """Copies a model. Its graph, by which servers recognize a complete version, comes last and in one step."""
    graph = os.path.join(version_dir, SAVED_MODEL_FILE)
    io_utils.copy_dir(model_dir, version_dir, deny_regex_patterns=[rf"/{SAVED_MODEL_FILE}$"])
    io_utils.copy_file(os.path.join(model_dir, SAVED_MODEL_FILE), graph + _PARTIAL, overwrite=True)
    fileio.rename(graph + _PARTIAL, graph)
