"""JudgedQueries' executor: it asks a model queries and judges the answers."""

import logging

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.judged_queries import judge, judgement_keys
from components.raw_files.split_files import split_files
from schemas import features

_LOG = logging.getLogger(__name__)
MODEL_KEY = "model"
EXAMPLES_KEY = "examples"
JUDGEMENT_KEY = "judgement"
OF_EACH_KEY = "of_each"


class Executor(base_executor.BaseExecutor):
    """Unpacks artifacts for `judge`."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Judges.

        Args:
            input_dict: `model`, and `examples`, of which the split `catalog` holds the titles.
            output_dict: `judgement`, of type SearchJudgement.
            exec_properties: `of_each`, see `JudgedQueries`.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        found = judge.judge(
            saved_model_dir(input_dict[MODEL_KEY]),
            judge.read_titles(split_files(input_dict[EXAMPLES_KEY], features.CATALOG_SPLIT)),
            exec_properties[OF_EACH_KEY],
        )
        judge.write_judgement(artifact_utils.get_single_instance(output_dict[JUDGEMENT_KEY]).uri, found)
        if found[judgement_keys.SKIPPED_KEY]:
            _LOG.info("Search was not judged: %s", found[judgement_keys.SKIPPED_KEY])
        else:
            of_all = found[judgement_keys.ALL_KEY]
            told = of_all[judgement_keys.COUNT], judgement_keys.FIRST, of_all[judgement_keys.PRECISION]
            _LOG.info("Judged %d queries: precision of the first %d is %.4f", *told)
