"""Runs the executor of a container on Kubeflow: TFX's entry point, with our artifact types and the launcher's folders.

TFX's reads from the addresses of artifacts and knows the classes of its own types alone. Kubeflow's launcher keeps the
files in folders, and its driver may say nothing of types.
"""

import json
from collections.abc import Sequence

from tfx.orchestration.kubeflow.v2 import compiler_utils
from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor
from tfx.utils import io_utils, name_utils

from components.baselines.artifact import RuleComparison
from components.data_checks.artifact import DataFindings
from components.item_catalog.artifact import ItemCatalog
from components.judged_queries.artifact import SearchJudgement
from components.metrics.among_all_items.artifact import WholeCatalogueMetrics
from components.metrics.by_user.artifact import UserGainsOfModel
from components.raw_files.rejects_artifact import Rejects
from schemas.behaviour_schema import BEHAVIOUR_SCHEMA_PATH
from tfx_pipeline.kubeflow import artifact_types, launcher_folders

ARTIFACT_TYPES = (
    DataFindings,
    ItemCatalog,
    Rejects,
    RuleComparison,
    SearchJudgement,
    UserGainsOfModel,
    WholeCatalogueMetrics,
)

compiler_utils.TITLE_TO_CLASS_PATH.update({each.TYPE_NAME: name_utils.get_full_name(each) for each in ARTIFACT_TYPES})


def run(arguments: Sequence[str], types: str) -> None:
    """Runs an executor.

    Args:
        arguments: What the container was told: TFX's flags and Beam's.
        types: The types of the artifacts, as `artifact_types.argument` writes them.
    """
    flags, beam_flags = kubeflow_v2_run_executor._parse_flags([*arguments])
    invocation = json.loads(flags.json_serialized_invocation_args)
    parameters = invocation["inputs"].get("parameterValues", {})
    if parameters.get("schema_file") == artifact_types.OUR_SCHEMA:
        parameters["schema_file"] = str(BEHAVIOUR_SCHEMA_PATH)
    artifact_types.set_types(invocation, types)
    launcher_folders.make_outputs(invocation)
    launcher_folders.to_local(invocation, launcher_folders.of(beam_flags))
    flags.json_serialized_invocation_args = json.dumps(invocation)
    kubeflow_v2_run_executor.main((flags, beam_flags))
    output_file = invocation["outputs"]["outputFile"]
    said = json.loads(io_utils.read_string_file(output_file))
    launcher_folders.to_remote(said)
    io_utils.write_string_file(output_file, json.dumps(said))
