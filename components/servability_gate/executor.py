"""ServabilityGate's executor: it tries a model on a server and writes the blessing."""

import json
import logging
import os
import tempfile

from tfx import types
from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import io_utils, path_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.raw_files.split_files import split_files
from components.servability_gate.gate_config import GateConfig
from components.servability_gate.trial import check
from components.servability_gate.verdict import BLESSED_PROPERTY, REASONS_PROPERTY, Verdict

_LOG = logging.getLogger(__name__)
MODEL_KEY = "model"
EXAMPLES_KEY = "examples"
BLESSING_KEY = "blessing"
CONFIG_KEY = "config"
KEPT_KEY = "kept"
# The names that TFX's InfraValidator uses, so that the Pusher and the web interfaces read them.
HAS_MODEL_PROPERTY = "has_model"
BLESSED_FILE = "INFRA_BLESSED"
NOT_BLESSED_FILE = "INFRA_NOT_BLESSED"


class Executor(base_executor.BaseExecutor):
    """Tries the model and writes the blessing."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Serves the model in a process of its own, and checks its answers.

        A model that passes is copied into the blessing together with warm-up requests, and pushed from there. The
        artifact of the Trainer is not changed.

        Args:
            input_dict: `model`, and `examples` to replay.
            output_dict: `blessing`, an InfraBlessing. Its custom property `reasons` holds the reasons of a refusal;
                each figure has a property of its own name.
            exec_properties: `config`, the JSON of a `GateConfig`, and `kept`, see `ServabilityGate`, as JSON.

        Raises:
            RuntimeError: The check itself could not be carried out.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        config = GateConfig.from_json(exec_properties[CONFIG_KEY])
        model_dir = saved_model_dir(input_dict[MODEL_KEY])
        blessing = artifact_utils.get_single_instance(output_dict[BLESSING_KEY])
        with tempfile.TemporaryDirectory() as folder:
            requests = os.path.join(folder, "requests")
            files = split_files(input_dict[EXAMPLES_KEY], config.split)
            verdict = check(model_dir, files, config, requests, kept=json.loads(exec_properties[KEPT_KEY]))
            if verdict.servable:
                add_warm_model(blessing, model_dir, requests)
        bless(blessing, verdict)


def add_warm_model(blessing: types.Artifact, model_dir: str, requests: str) -> None:
    """Copies a model and its warm-up requests to the place where the Pusher looks for them.

    Args:
        blessing: The InfraBlessing.
        model_dir: The SavedModel.
        requests: The file of warm-up requests; it need not exist.
    """
    path = path_utils.stamped_model_path(blessing.uri)
    io_utils.copy_dir(model_dir, path)
    if os.path.exists(requests):
        io_utils.copy_file(requests, path_utils.warmup_file_path(path), overwrite=True)
    blessing.set_int_custom_property(HAS_MODEL_PROPERTY, 1)


def bless(blessing: types.Artifact, verdict: Verdict) -> None:
    """Writes a verdict into the blessing, as the Pusher reads it."""
    name = BLESSED_FILE if verdict.servable else NOT_BLESSED_FILE
    io_utils.write_string_file(os.path.join(blessing.uri, name), "")
    blessing.set_int_custom_property(BLESSED_PROPERTY, int(verdict.servable))
    for figure, value in verdict.figures.items():
        blessing.set_float_custom_property(figure, value)
    if verdict.servable:
        figures = ", ".join(f"{figure} {value:.1f}" for figure, value in verdict.figures.items())
        _LOG.info("The model may be served: %s", figures)
        return
    blessing.set_string_custom_property(REASONS_PROPERTY, "\n".join(verdict.reasons))
    for reason in verdict.reasons:
        _LOG.error("The model may not be served: %s", reason)
