"""CatalogueMetrics: ranking metrics over the whole catalogue."""

from tfx import types
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.metrics.among_all_items import executor
from components.metrics.among_all_items.artifact import WholeCatalogueMetrics
from schemas import features


class CatalogueMetricsSpec(ComponentSpec):
    """What CatalogueMetrics takes and makes."""

    PARAMETERS = {
        executor.SPLIT_KEY: ExecutionParameter(type=str),
        executor.BATCH_SIZE_KEY: ExecutionParameter(type=int),
        executor.EXCLUDE_SEEN_KEY: ExecutionParameter(type=int),
        executor.LISTED_EXAMPLES_KEY: ExecutionParameter(type=int),
    }
    INPUTS = {
        executor.MODEL_KEY: ChannelParameter(type=standard_artifacts.Model),
        executor.EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {executor.METRICS_KEY: ChannelParameter(type=WholeCatalogueMetrics)}


class CatalogueMetrics(BaseBeamComponent):
    """Ranks the positive of each example among all items of the catalogue: HR@k, NDCG@k and MRR, by surface.

    The Evaluator ranks the positive among the example's own candidates, a few sampled negatives. Metrics among samples
    can order models differently than metrics among all items (Krichene and Rendle, KDD 2020), so both are shown.

    Where one model retrieves and another ranks, the rank is the place in the answer as it is served: what all sources
    hand over, ordered by the ranker. The metrics of the retriever's vectors alone stand beside.

    Outputs: `metrics` (WholeCatalogueMetrics).
    """

    SPEC_CLASS = CatalogueMetricsSpec
    EXECUTOR_SPEC = BeamExecutorSpec(executor.Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        examples: types.BaseChannel,
        split: str = features.TEST_SPLIT,
        batch_size: int = 128,
        exclude_seen: bool = True,
        listed_examples: int = 0,
    ):
        """Sets the node up.

        Args:
            model: A SavedModel with the signature `catalogue_ranks`.
            examples: Raw behaviour examples, as BehaviourExampleGen writes them.
            split: The split to measure on.
            batch_size: How many examples are ranked in one call. A call needs some 12 bytes for each pair of an example
                and an item. Where another model ranks, it also scores twice what is handed over to it, with the items
                of the history and without.
            exclude_seen: Whether the items of an example's history are left out, as answers do with `exclude_seen`. A
                positive that is in the history is ranked among all items nevertheless.
            listed_examples: For about how many examples the model is also asked for the list that it would serve, to
                measure what all of them together are like (`components.metrics.served_lists`); 0 for none.
        """
        super().__init__(
            CatalogueMetricsSpec(
                **{
                    executor.MODEL_KEY: model,
                    executor.EXAMPLES_KEY: examples,
                    executor.SPLIT_KEY: split,
                    executor.BATCH_SIZE_KEY: batch_size,
                    executor.EXCLUDE_SEEN_KEY: int(exclude_seen),
                    executor.LISTED_EXAMPLES_KEY: listed_examples,
                    executor.METRICS_KEY: types.Channel(type=WholeCatalogueMetrics),
                }
            )
        )
