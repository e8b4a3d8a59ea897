"""TFX's Tuner executor, which also keeps what came of each trial."""

from pathlib import Path

from tfx.components.tuner import executor
from tfx.types import artifact_utils
from tfx.types import standard_component_specs as specs
from tfx.utils import json_utils

from components.artifacts import Artifacts, Properties
from tfx_pipeline.tuning import search_folders, search_job, trial_results


class Executor(executor.Executor):
    """Searches, and writes the best values as TFX does, and the trials beside TFX's own table of them."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Runs the search."""
        results = artifact_utils.get_single_uri(output_dict[specs.TUNER_RESULTS_KEY])
        with search_folders.searched_by(results):
            tuner = executor.search(input_dict, exec_properties, self._get_tmp_dir(), print_tuning_summary=False)
        executor.write_best_hyperparameters(tuner, output_dict)
        custom = json_utils.loads(exec_properties[specs.CUSTOM_CONFIG_KEY])
        searched = [str(each) for each in search_job.dimensions_of(custom)]
        trial_results.write(Path(results) / trial_results.FILE, tuner.results(), searched)
