"""Which pushed version a training starts from: the newest, unless that has learned from the very same examples."""

import os

from components.baseline_model.pushed_versions import last_pushed_version
from components.warm_start.start_folder import left_by, read_start


def version_to_start_from(pushed_model_dir: str, training: str, examples: str) -> str:
    """Finds the version.

    The newest version may have been trained by this very run before. Then the training starts from where that one
    started, so that a repeated run is taken from the cache, instead of training on the same days for ever. Versions
    that were rolled back lie elsewhere and are never taken.

    Args:
        pushed_model_dir: Where the Pusher writes the models that were blessed.
        training: The id of the training's component.
        examples: The address of the examples that it will learn from.

    Returns:
        The version; empty if there is none yet. It need not be there any more, nor have weights to start from.
    """
    newest = last_pushed_version(pushed_model_dir)
    left = read_start(left_by(os.path.join(pushed_model_dir, newest), training)) if newest else None
    return left.version if left is not None and left.examples == examples else newest
