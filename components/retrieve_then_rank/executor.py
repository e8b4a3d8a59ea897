"""RetrieveThenRank's executor: it writes the composed model."""

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import path_utils

from components.artifacts import Artifacts, Properties, saved_model_dir
from components.retrieve_then_rank.composed_model import save_composed_model
from components.warm_start.start_folder import copy_starts

RETRIEVER_KEY = "retriever"
RANKER_KEY = "ranker"
RETRIEVED_KEY = "retrieved"
POPULAR_NEGATIVES_KEY = "popular_negatives"
MODEL_KEY = "model"


class Executor(base_executor.BaseExecutor):
    """Writes the composed model."""

    def Do(self, input_dict: Artifacts, output_dict: Artifacts, exec_properties: Properties) -> None:
        """Composes the two SavedModels into the Model artifact.

        Args:
            input_dict: `retriever` and `ranker`.
            output_dict: `model`.
            exec_properties: `retrieved` and `popular_negatives`, see `RetrieveThenRank`.

        Raises:
            ValueError: A model lacks a signature, or the two do not fit together.
        """
        self._log_startup(input_dict, output_dict, exec_properties)
        model = artifact_utils.get_single_instance(output_dict[MODEL_KEY])
        retriever, ranker = (saved_model_dir(input_dict[key]) for key in (RETRIEVER_KEY, RANKER_KEY))
        destination = path_utils.serving_model_dir(model.uri)
        save_composed_model(
            retriever,
            ranker,
            destination,
            exec_properties[RETRIEVED_KEY],
            bool(exec_properties[POPULAR_NEGATIVES_KEY]),
        )
        for part in (retriever, ranker):
            copy_starts(part, destination)
