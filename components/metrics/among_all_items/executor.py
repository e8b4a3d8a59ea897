"""CatalogueMetrics' executor: it measures a model among all items."""

import logging

from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor
from tfx.types import artifact_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.metrics.among_all_items.evaluate import evaluate
from components.metrics.among_all_items.metrics_file import OVERALL
from components.raw_files.split_files import split_files
from schemas import features

_LOG = logging.getLogger(__name__)
MODEL_KEY = "model"
EXAMPLES_KEY = "examples"
METRICS_KEY = "metrics"
SPLIT_KEY = "split"
BATCH_SIZE_KEY = "batch_size"
EXCLUDE_SEEN_KEY = "exclude_seen"
LISTED_EXAMPLES_KEY = "listed_examples"


class Executor(BaseBeamExecutor):
    """Unpacks artifacts for `evaluate`."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Measures the model.

        Args:
            input_dict: `model`, and `examples` to measure it on.
            output_dict: `metrics`, of type WholeCatalogueMetrics.
            exec_properties: `split`, `batch_size`, `exclude_seen` (0 or 1) and `listed_examples`, see
                `CatalogueMetrics`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        split = exec_properties[SPLIT_KEY]
        targets = [each.get_int_custom_property(f"targets_{split}") for each in input_dict[EXAMPLES_KEY]]
        ranked = evaluate(
            self._make_beam_pipeline,
            split_files(input_dict[EXAMPLES_KEY], split),
            split_files(input_dict[EXAMPLES_KEY], features.CATALOG_SPLIT),
            saved_model_dir(input_dict[MODEL_KEY]),
            artifact_utils.get_single_instance(output_dict[METRICS_KEY]).uri,
            exec_properties[BATCH_SIZE_KEY],
            sum(targets) or None,
            bool(exec_properties[EXCLUDE_SEEN_KEY]),
            exec_properties[LISTED_EXAMPLES_KEY],
        )
        counts = ", ".join(f"{count:,} of {surface}" for surface, count in ranked.items() if surface != OVERALL)
        _LOG.info("Ranked among all items: the positives of %s", counts)
