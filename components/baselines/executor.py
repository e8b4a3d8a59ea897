"""Baselines' executor: it compares a model with rules and blesses it, or not."""

import logging
import os

from tfx import types
from tfx.components.evaluator import constants
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils
from tfx.utils import io_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.baselines.compare import (
    AMONG_CANDIDATES,
    BLESSED,
    REASONS,
    SAMPLE,
    ComparedFiles,
    ComparisonSettings,
    compare,
)
from components.baselines.comparison_keys import VERDICT
from components.raw_files.split_files import split_files
from components.shown_places.count_files import count_files
from schemas import features

_LOG = logging.getLogger(__name__)
MODEL_KEY = "model"
SASREC_KEY = "sasrec"
BASELINE_KEY = "baseline_model"
EXAMPLES_KEY = "examples"
COMPARISON_KEY = "comparison"
BLESSING_KEY = "blessing"
SPLIT_KEY = "split"
SETTINGS_KEY = "settings"
REASONS_PROPERTY = "reasons"
"""A property of the blessing: why the model is refused, a line for each surface; not set if it is blessed."""


class Executor(BaseBeamExecutor):
    """Unpacks artifacts for `compare`."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Compares.

        Args:
            input_dict: `model`; `examples`: those of the split `train` to learn the rules from, and others to rank; and
                `sasrec`, a model that counts as a rule, and `baseline_model`, the Evaluator's baseline, or nothing of
                these names.
            output_dict: `comparison`, of type RuleComparison, and `blessing`, a ModelBlessing as TFX's Evaluator writes
                it, with a property `reasons`.
            exec_properties: `split`, to rank; `settings`, those of `ComparisonSettings` as JSON.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        split, examples = exec_properties[SPLIT_KEY], input_dict[EXAMPLES_KEY]
        targets = [each.get_int_custom_property(f"targets_{split}") for each in examples]
        files = ComparedFiles(
            split_files(examples, features.CATALOG_SPLIT),
            split_files(examples, features.TRAIN_SPLIT),
            split_files(examples, split),
            sum(targets) or None,
            [file for each in examples for file in count_files(each.uri)],
        )
        found = compare(
            self._make_beam_pipeline,
            files,
            saved_model_dir(input_dict[MODEL_KEY]),
            artifact_utils.get_single_instance(output_dict[COMPARISON_KEY]).uri,
            ComparisonSettings.from_json(exec_properties[SETTINGS_KEY]),
            *(saved_model_dir(input_dict[key]) if input_dict.get(key) else "" for key in (SASREC_KEY, BASELINE_KEY)),
        )
        for each in found[AMONG_CANDIDATES].values():
            _LOG.info("Rules and the model, %s", each[VERDICT])
        if found[SAMPLE]:
            _LOG.info(found[SAMPLE])
        model = artifact_utils.get_single_instance(input_dict[MODEL_KEY])
        bless(artifact_utils.get_single_instance(output_dict[BLESSING_KEY]), model, found[BLESSED], found[REASONS])


def bless(blessing: types.Artifact, model: types.Artifact, is_blessed: bool, reasons: list[str]) -> None:
    """Writes a blessing as TFX's Evaluator does, so that the Pusher and the web interfaces read it."""
    name = constants.BLESSED_FILE_NAME if is_blessed else constants.NOT_BLESSED_FILE_NAME
    io_utils.write_string_file(os.path.join(blessing.uri, name), "")
    blessing.set_int_custom_property(
        constants.ARTIFACT_PROPERTY_BLESSED_KEY,
        constants.BLESSED_VALUE if is_blessed else constants.NOT_BLESSED_VALUE,
    )
    blessing.set_string_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_URI_KEY, model.uri)
    blessing.set_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY, model.id)
    if not is_blessed:
        blessing.set_string_custom_property(REASONS_PROPERTY, "\n".join(reasons))
    for reason in reasons:
        _LOG.warning("Not blessed, %s", reason)
