"""Which pushed version a model has to beat: the newest, but never itself."""

import os
from collections.abc import Callable

from components.baseline_model.pushed_versions import complete_versions
from components.baseline_model.same_model import is_same_model


def _not_recorded(_version: str) -> None:
    return None


def version_to_beat(
    pushed_model_dir: str, model_dir: str, beaten_by: Callable[[str], str | None] = _not_recorded
) -> str:
    """Finds the version that the Evaluator compares a model with.

    Once a model is pushed, it is the newest version itself. It then has to beat the same version as before, so that a
    repeated run comes to the same verdict and takes it from the cache.

    Args:
        pushed_model_dir: Where the Pusher writes the models that were blessed.
        model_dir: The SavedModel that is to be evaluated.
        beaten_by: Returns the version that a given one had to beat when it was pushed: `""` for none, None if nobody
            knows.

    Returns:
        The version; empty if there is none, so that popularity is to be beaten.
    """
    versions = complete_versions(pushed_model_dir)
    if not versions or not is_same_model(os.path.join(pushed_model_dir, versions[0]), model_dir):
        return versions[0] if versions else ""
    recorded = beaten_by(versions[0])
    # One that was removed, or rolled back, cannot be beaten again.
    if recorded is not None and recorded in ("", *versions):
        return recorded
    others = (each for each in versions[1:] if not is_same_model(os.path.join(pushed_model_dir, each), model_dir))
    return next(others, "")
