"""The entry point of a container on Kubeflow: TFX's own, with our artifact types and the launcher's folders.

Kubeflow passes on only the name of an artifact's type, and TFX knows only the classes of its own types.
"""

import argparse
import json

from absl import app
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
from tfx_pipeline.runners import launcher_folders

ARTIFACT_TYPES = (
    DataFindings,
    ItemCatalog,
    Rejects,
    RuleComparison,
    SearchJudgement,
    UserGainsOfModel,
    WholeCatalogueMetrics,
)

parse_flags = kubeflow_v2_run_executor._parse_flags

compiler_utils.TITLE_TO_CLASS_PATH.update({each.TYPE_NAME: name_utils.get_full_name(each) for each in ARTIFACT_TYPES})


def main(parsed: tuple[argparse.Namespace, list[str]]) -> None:
    """Runs one executor.

    Args:
        parsed: The container's arguments as `parse_flags` returns them: TFX's flags, and Beam's.
    """
    flags, beam_flags = parsed
    invocation = json.loads(flags.json_serialized_invocation_args)
    launcher_folders.to_local(invocation)
    flags.json_serialized_invocation_args = json.dumps(invocation)
    kubeflow_v2_run_executor.main((flags, beam_flags))
    output_file = invocation["outputs"]["outputFile"]
    said = json.loads(io_utils.read_string_file(output_file))
    launcher_folders.to_remote(said)
    io_utils.write_string_file(output_file, json.dumps(said))


if __name__ == "__main__":
    app.run(main, flags_parser=parse_flags)
