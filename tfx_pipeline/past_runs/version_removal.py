"""Removes pushed versions that are older than those that are kept. Imports neither TFX nor TensorFlow.

The served version is the newest in its folder, also after a rollback. Versions that were rolled back stay: by them the
Pusher knows which model is not to come back.
"""

import glob
import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from components.baseline_model.pushed_versions import complete_versions
from tfx_pipeline.past_runs import being_removed

_OPEN_FILES: Final = "/proc/[0-9]*/fd/*"


@dataclass(frozen=True)
class OldVersions:
    """The versions of one model that are no longer needed.

    Attributes:
        folder: The folder of versions.
        removed: Those to remove, the newest first.
        loading: Those that would go, but a process has their files open. They stay until the next time.
        freed_bytes: How many bytes the removal frees.
    """

    folder: str
    removed: tuple[str, ...]
    loading: tuple[str, ...] = ()
    freed_bytes: int = 0


def plan(folder: str, keep: int, stay: Collection[str]) -> OldVersions:
    """Finds the versions that are not needed any more.

    Args:
        folder: A local folder of versions.
        keep: How many of the newest are kept; 0 keeps all.
        stay: Versions that stay, too.
    """
    old = [each for each in complete_versions(folder)[keep:] if each not in stay] if keep else []
    opened = _open_files() if old else []
    loading = [each for each in old if _has_open(os.path.join(folder, each), opened)]
    removed = [each for each in old if each not in loading]
    freed = sum(being_removed.size(os.path.join(folder, each)) for each in removed)
    return OldVersions(folder, tuple(removed), tuple(loading), freed)


def remove(old: OldVersions) -> None:
    """Removes what was planned, the oldest first, and ends what an interrupted removal began."""
    being_removed.sweep([Path(old.folder)])
    for version in reversed(old.removed):
        being_removed.remove(os.path.join(old.folder, version))


def _open_files() -> list[str]:
    """The files that processes have open. Those of other users are told to root alone."""
    found = []
    for link in glob.iglob(_OPEN_FILES):
        try:
            found.append(os.readlink(link))
        except OSError:  # It was closed meanwhile, or belongs to another user.
            continue
    return found


def _has_open(folder: str, opened: Collection[str]) -> bool:
    inner = os.path.realpath(folder) + os.sep
    return any(each.startswith(inner) for each in opened)
