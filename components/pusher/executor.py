"""The Pusher's executor: it pushes a blessed model as a version."""

import logging
import os
import time
from typing import Any

from google.protobuf import json_format
from tfx.components.pusher import executor as tfx_pusher
from tfx.components.util import model_utils
from tfx.proto import pusher_pb2
from tfx.types import artifact_utils, standard_component_specs
from tfx.utils import io_utils

from components.artifacts import Artifacts, Properties
from components.pusher.push import push, rolled_back_as

ROLLED_BACK_PROPERTY = "rolled_back"
"""A property of the artifact: the version as which the model was pushed before, and taken back."""
BASELINE_BLESSING_KEY = "baseline_blessing"
_LOG = logging.getLogger(__name__)


class Executor(tfx_pusher.Executor):
    """Pushes what the Evaluator, the servability gate and, if it is asked, Baselines have blessed."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Pushes the model, or marks the artifact as not pushed: one that was rolled back is not pushed again.

        Args:
            input_dict: `model_blessing`; `infra_blessing`, which holds the model; and, if rules have to be beaten,
                `baseline_blessing`.
            output_dict: `pushed_model`.
            exec_properties: `push_destination`, a `PushDestination` as JSON: a folder.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        pushed = artifact_utils.get_single_instance(output_dict[standard_component_specs.PUSHED_MODEL_KEY])
        if not self.CheckBlessing(input_dict):
            self._MarkNotPushed(pushed)
            return
        model_dir, base_directory = self.GetModelPath(input_dict), destination_folder(exec_properties)
        if taken_back := rolled_back_as(model_dir, base_directory):
            _LOG.warning("This is the model of version %s, which was rolled back: it is not pushed again", taken_back)
            pushed.set_string_custom_property(ROLLED_BACK_PROPERTY, taken_back)
            self._MarkNotPushed(pushed)
            return
        version = push(model_dir, base_directory, now_s=int(time.time()))
        io_utils.copy_dir(model_dir, pushed.uri)
        self._MarkPushed(pushed, os.path.join(base_directory, version), version)

    def CheckBlessing(self, input_dict: Artifacts) -> bool:
        """Whether all blessings that there are allow the push."""
        if input_dict.get(BASELINE_BLESSING_KEY):
            blessing = artifact_utils.get_single_instance(input_dict[BASELINE_BLESSING_KEY])
            if not model_utils.is_model_blessed(blessing):
                _LOG.info("The model of %s does not beat the rules", blessing.uri)
                return False
        return bool(super().CheckBlessing(input_dict))


def destination_folder(exec_properties: dict[str, Any]) -> str:
    """Returns the folder of versions that a Pusher's properties name."""
    destination = pusher_pb2.PushDestination()  # type: ignore[attr-defined]
    json_format.Parse(exec_properties[standard_component_specs.PUSH_DESTINATION_KEY], destination)
    return str(destination.filesystem.base_directory)
