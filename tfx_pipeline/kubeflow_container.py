"""What a container runs on Kubeflow: TFX's own entry point, which this tells of our artifact types.

Kubeflow hands an artifact on with no more than the name of its type, and TFX knows the classes of its own types alone.
"""

from absl import app
from tfx.orchestration.kubeflow.v2 import compiler_utils
from tfx.orchestration.kubeflow.v2.container import kubeflow_v2_run_executor
from tfx.utils import name_utils

from components.catalogue_metrics.artifact import WholeCatalogueMetrics
from components.data_checks.artifact import DataFindings
from components.item_catalog.artifact import ItemCatalog
from components.raw_files.rejects_artifact import Rejects

ARTIFACT_TYPES = (DataFindings, ItemCatalog, Rejects, WholeCatalogueMetrics)

main = kubeflow_v2_run_executor.main
parse_flags = kubeflow_v2_run_executor._parse_flags

compiler_utils.TITLE_TO_CLASS_PATH.update({each.TYPE_NAME: name_utils.get_full_name(each) for each in ARTIFACT_TYPES})

if __name__ == "__main__":
    app.run(main, flags_parser=parse_flags)
