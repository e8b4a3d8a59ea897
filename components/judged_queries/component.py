"""JudgedQueries: whether people find with a model's search what they mean."""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.judged_queries import executor
from components.judged_queries.artifact import SearchJudgement


class JudgedQueriesSpec(types.ComponentSpec):
    """What JudgedQueries takes and makes."""

    PARAMETERS = {executor.OF_EACH_KEY: component_spec.ExecutionParameter(type=int)}
    INPUTS = {
        executor.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
        executor.EXAMPLES_KEY: component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {executor.JUDGEMENT_KEY: component_spec.ChannelParameter(type=SearchJudgement)}


class JudgedQueries(base_component.BaseComponent):
    """Asks a model's `search` queries that are made from titles, and judges the first five items by their titles.

    A log tells what was clicked, and it has few queries that are misspelt, or of other words than its titles. People
    who type them see at once whether an answer is right. It decides nothing: `README.md` beside this file says what is
    right.

    Outputs: `judgement` (SearchJudgement).
    """

    SPEC_CLASS = JudgedQueriesSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)

    def __init__(self, model: types.BaseChannel, examples: types.BaseChannel, of_each: int):
        """Sets the node up.

        Args:
            model: A SavedModel with the signature `search`.
            examples: Raw behaviour examples, as BehaviourExampleGen writes them; only the items are read.
            of_each: How many queries of each of the seven kinds are asked at most.
        """
        super().__init__(
            JudgedQueriesSpec(
                **{
                    executor.MODEL_KEY: model,
                    executor.EXAMPLES_KEY: examples,
                    executor.OF_EACH_KEY: of_each,
                    executor.JUDGEMENT_KEY: types.Channel(type=SearchJudgement),
                }
            )
        )
