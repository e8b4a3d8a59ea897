"""BaselineModel's executor: it writes the model that the candidate has to beat."""

import logging

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.baseline_model.provide import provide_baseline
from components.baseline_model.push_records import SOURCE_PROPERTY, VERSION_PROPERTY
from components.baseline_model.version_to_beat import version_to_beat
from components.raw_files.split_files import split_files
from schemas import features

_LOG = logging.getLogger(__name__)
EXAMPLES_KEY = "examples"
CANDIDATE_KEY = "candidate"
MODEL_KEY = "model"
PUSHED_MODEL_DIR_KEY = "pushed_model_dir"
VERSION_KEY = "version"


class Executor(base_executor.BaseExecutor):
    """Writes the model that the Evaluator compares the new one with."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Writes the baseline as the Model artifact and records in custom properties its `source` and `version`.

        Args:
            input_dict: `examples`, whose train split is counted if there is no blessed model, and `candidate`, which is
                never its own baseline.
            output_dict: `model`.
            exec_properties: `pushed_model_dir` and, if the driver has run, `version`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        pushed_model_dir = exec_properties[PUSHED_MODEL_DIR_KEY]
        version = exec_properties.get(VERSION_KEY) or version_to_beat(
            pushed_model_dir, saved_model_dir(input_dict[CANDIDATE_KEY])
        )
        source = provide_baseline(
            split_files(input_dict[EXAMPLES_KEY], features.TRAIN_SPLIT),
            pushed_model_dir,
            version,
            path_utils.serving_model_dir(model.uri),
        )
        model.set_string_custom_property(SOURCE_PROPERTY, source)
        model.set_string_custom_property(VERSION_PROPERTY, version)
        _LOG.info("The model to beat: %s", source)
