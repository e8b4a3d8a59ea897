"""Takes back pushes: versions that are newer than another one move aside, where no server looks.

Servers take the highest number among the folders of a model's folder. So a version is taken back when its folder is
moved into a folder whose name is no number. Nothing is copied, numbers stay with their models, and the Pusher knows a
model that was taken back.
"""

import os

from components.baseline_model.pushed_versions import all_versions, complete_versions

FOLDER = "rolled_back"
"""Holds the versions that were taken back, within the folder of versions."""


class NoSuchVersion(ValueError):
    """A version is not there. The message says which there are."""


def rolled_back_versions(base_directory: str) -> list[str]:
    """The versions that were taken back, the newest first."""
    return complete_versions(os.path.join(base_directory, FOLDER))


def roll_back(base_directory: str, version: str) -> list[str]:
    """Makes a version the newest: brings it back if it was taken back, and takes back all that are newer.

    The newest one goes last, in one step, so that no server sees a third version in between. It can be called again
    after an interruption.

    Args:
        base_directory: A local folder of versions.
        version: The number that is to be served.

    Returns:
        The versions that were taken back now, the newest first.

    Raises:
        NoSuchVersion: There is no such version.
    """
    aside = os.path.join(base_directory, FOLDER)
    if version in rolled_back_versions(base_directory):
        os.rename(os.path.join(aside, version), os.path.join(base_directory, version))
    whole = complete_versions(base_directory)
    if version not in whole:
        there = ", ".join(sorted({*whole, *rolled_back_versions(base_directory)}, key=int)) or "none"
        raise NoSuchVersion(f"{base_directory} has no version {version}. There are: {there}.")
    newer = [each for each in all_versions(base_directory) if int(each) > int(version)]
    os.makedirs(aside, exist_ok=True)
    for each in reversed(newer):
        os.rename(os.path.join(base_directory, each), os.path.join(aside, each))
    return newer
