"""A candidate as a version that a server finds, with or without requests to warm it up."""

import os
import shutil

from serving.local_server.warm_up import WARM_UP_FILE


def add_version(model_dir: str, base_path: str, version: int) -> str:
    """Makes a version of a model below a base path, by links: the model's own folder is not written to.

    Args:
        model_dir: The folder of the SavedModel.
        base_path: The folder of versions.
        version: Its number.

    Returns:
        Where the version's warm-up file belongs; there is none yet.
    """
    folder = os.path.join(base_path, str(version))
    warm_up_file = os.path.join(folder, WARM_UP_FILE)
    extra = os.path.dirname(WARM_UP_FILE)
    os.makedirs(os.path.dirname(warm_up_file))
    if os.path.isdir(os.path.join(model_dir, extra)):
        shutil.copytree(os.path.join(model_dir, extra), os.path.join(folder, extra), dirs_exist_ok=True)
    # A server takes a folder with its graph in it for complete, so that comes last.
    for name in sorted(os.listdir(model_dir), key=lambda each: each.startswith("saved_model.pb")):
        if name != extra:
            os.symlink(os.path.abspath(os.path.join(model_dir, name)), os.path.join(folder, name))
    return warm_up_file


def folder_mb(model_dir: str) -> float:
    """The size of everything in a folder, in millions of bytes."""
    sizes = (os.path.getsize(os.path.join(path, name)) for path, _, names in os.walk(model_dir) for name in names)
    return sum(sizes) / 1e6
