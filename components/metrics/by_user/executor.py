"""UserMetrics' executor: it measures a model on each user."""

import logging

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.metrics.by_user.user_gains import write_user_gains
from components.metrics.by_user.user_ranking import gains_by_user
from components.raw_files.split_files import split_files

_LOG = logging.getLogger(__name__)
MODEL_KEY = "model"
EXAMPLES_KEY = "examples"
GAINS_KEY = "gains"
SPLIT_KEY = "split"


class Executor(base_executor.BaseExecutor):
    """Unpacks artifacts for `gains_by_user`."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Measures.

        Args:
            input_dict: `model`, and `examples` to measure it on.
            output_dict: `gains`, of type UserGainsOfModel.
            exec_properties: `split`, to measure on.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        split, examples = exec_properties[SPLIT_KEY], input_dict[EXAMPLES_KEY]
        targets = [each.get_int_custom_property(f"targets_{split}") for each in examples]
        gains = gains_by_user(
            saved_model_dir(input_dict[MODEL_KEY]), split_files(examples, split), sum(targets) or None
        )
        write_user_gains(artifact_utils.get_single_instance(output_dict[GAINS_KEY]).uri, gains)
        told = ", ".join(f"{len(each.users):,} of {surface}" for surface, each in gains.items())
        _LOG.info("Measured on users: %s", told)
