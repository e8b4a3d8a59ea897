"""How the executors of all components are given artifacts and settings, and find a SavedModel in them."""

from collections.abc import Sequence
from typing import Any

from tfx import types
from tfx.types import artifact_utils
from tfx.utils import path_utils

Artifacts = dict[str, list[types.Artifact]]
"""The inputs or outputs of a component, by the names in its specification."""
Properties = dict[str, Any]
"""The settings of a component, by the names in its specification."""


def saved_model_dir(models: Sequence[types.Artifact]) -> str:
    """Returns the folder of the SavedModel in an input that holds exactly one Model artifact.

    Raises:
        ValueError: The input holds no model, or more than one.
    """
    model = artifact_utils.get_single_instance(list(models))
    return str(path_utils.serving_model_path(model.uri, path_utils.is_old_model_artifact(model)))
