"""What BaselineModel does when the pipeline runs."""

import logging
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components.baseline_model.provide import provide_baseline
from components.split_files import split_files
from schemas import features

_LOG = logging.getLogger(__name__)
EXAMPLES_KEY = "examples"
MODEL_KEY = "model"
PUSHED_MODEL_DIR_KEY = "pushed_model_dir"
VERSION_KEY = "version"
SOURCE_PROPERTY = "source"


class Executor(base_executor.BaseExecutor):
    """Writes the model that the Evaluator compares the new one with."""

    def Do(
        self,
        input_dict: dict[str, list[types.Artifact]],
        output_dict: dict[str, list[types.Artifact]],
        exec_properties: dict[str, Any],
    ) -> None:
        """Writes the baseline as the Model artifact and records its origin in the custom property `source`.

        Args:
            input_dict: `examples`, of which the train split is counted when there is no blessed model.
            output_dict: `model`.
            exec_properties: `pushed_model_dir` and `version`, see `BaselineModel`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        source = provide_baseline(
            split_files(input_dict[EXAMPLES_KEY], features.TRAIN_SPLIT),
            exec_properties[PUSHED_MODEL_DIR_KEY],
            exec_properties.get(VERSION_KEY) or "",
            path_utils.serving_model_dir(model.uri),
        )
        model.set_string_custom_property(SOURCE_PROPERTY, source)
        _LOG.info("The model to beat: %s", source)
