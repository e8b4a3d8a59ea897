"""WarmStart's executor: it hands over what the earlier model has left for a training to start from."""

import json
import logging
import os

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties
from components.baseline_model.pushed_versions import is_complete
from components.warm_start.start_folder import EARLIER, Start, copy_folder, left_by, read_start, write_start
from components.warm_start.version_to_start_from import version_to_start_from

_LOG = logging.getLogger(__name__)
EXAMPLES_KEY = "examples"
MODEL_KEY = "model"
PUSHED_MODEL_DIR_KEY = "pushed_model_dir"
TRAINING_KEY = "training"
READ_KEY = "read"
VERSION_KEY = "version"


class Executor(base_executor.BaseExecutor):
    """Copies what the earlier model has left, so that the training does not depend on what becomes of that version."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Writes `start.json` and, if there is something to start from, a folder `earlier`.

        Args:
            input_dict: `examples`, those that the training will learn from.
            output_dict: `model`.
            exec_properties: `pushed_model_dir`, `training`, `read` (JSON) and, if the driver has run, `version`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        examples = artifact_utils.get_single_instance(input_dict[EXAMPLES_KEY]).uri
        folder, training = exec_properties[PUSHED_MODEL_DIR_KEY], exec_properties[TRAINING_KEY]
        version = exec_properties.get(VERSION_KEY) or version_to_start_from(folder, training, examples)
        left = left_by(os.path.join(folder, version), training) if version else ""
        reason = _why_nothing(folder, version, left)
        destination = path_utils.serving_model_dir(model.uri)
        if not reason:
            copy_folder(left, os.path.join(destination, EARLIER))
        start = Start(training, examples, version, json.loads(exec_properties[READ_KEY]), reason)
        write_start(destination, start)
        model.set_string_custom_property(VERSION_KEY, version)
        _LOG.info("%s", reason or f"{training} starts from version {version}")


def _why_nothing(folder: str, version: str, left: str) -> str:
    if not version:
        return f"{folder} has no version yet, so there is no earlier model"
    if not is_complete(folder, version):
        return f"version {version} is gone from {folder}"
    if read_start(left) is None:
        return f"version {version} in {folder} was not trained with `warm_start`, so its weights are not in its folder"
    return ""
