"""RetrieveThenRank: two models in one, so that one request answers with the final list."""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.retrieve_then_rank import executor


class RetrieveThenRankSpec(types.ComponentSpec):
    """Inputs, outputs and parameters of RetrieveThenRank."""

    PARAMETERS = {
        executor.RETRIEVED_KEY: component_spec.ExecutionParameter(type=int),
        executor.POPULAR_NEGATIVES_KEY: component_spec.ExecutionParameter(type=int),
    }
    INPUTS = {
        executor.RETRIEVER_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
        executor.RANKER_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
    }
    OUTPUTS = {executor.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model)}


class RetrieveThenRank(base_component.BaseComponent):
    """Joins two models into one SavedModel: one finds items in the whole catalogue, the other ranks them.

    Any two models with the signatures of `schemas.signatures` fit; how they were trained does not matter.
    """

    SPEC_CLASS = RetrieveThenRankSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)

    def __init__(
        self,
        retriever: types.BaseChannel,
        ranker: types.BaseChannel,
        retrieved: int = 200,
        popular_negatives: bool = False,
    ):
        """Sets the node up.

        Args:
            retriever: A SavedModel with the signatures `recommend` and `search`.
            ranker: A SavedModel with the signatures `serving_default` and `rank`.
            retrieved: How many items the retriever hands to the ranker. A request for more items raises it.
            popular_negatives: Whether the ranker learned from negatives that were drawn by popularity. Then lists add
                popularity to its scores.
        """
        super().__init__(
            RetrieveThenRankSpec(
                **{
                    executor.RETRIEVER_KEY: retriever,
                    executor.RANKER_KEY: ranker,
                    executor.RETRIEVED_KEY: retrieved,
                    executor.POPULAR_NEGATIVES_KEY: int(popular_negatives),
                    executor.MODEL_KEY: types.Channel(type=standard_artifacts.Model),
                }
            )
        )
