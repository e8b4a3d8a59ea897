"""UserMetrics: what a model gains on each user's examples."""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.metrics.by_user import executor
from components.metrics.by_user.artifact import UserGainsOfModel
from schemas import features


class UserMetricsSpec(types.ComponentSpec):
    """What UserMetrics takes and makes."""

    PARAMETERS = {executor.SPLIT_KEY: component_spec.ExecutionParameter(type=str)}
    INPUTS = {
        executor.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
        executor.EXAMPLES_KEY: component_spec.ChannelParameter(type=standard_artifacts.Examples),
    }
    OUTPUTS = {executor.GAINS_KEY: component_spec.ChannelParameter(type=UserGainsOfModel)}


class UserMetrics(base_component.BaseComponent):
    """Ranks the candidates of each example and sums the gains up by user, by surface.

    A mean over examples cannot tell whether two models differ by more than their users' chance. With the gains of each
    user it can be told, because both models were asked the same.

    Outputs: `gains` (UserGainsOfModel).
    """

    SPEC_CLASS = UserMetricsSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)

    def __init__(self, model: types.BaseChannel, examples: types.BaseChannel, split: str = features.VALIDATION_SPLIT):
        """Sets the node up.

        Args:
            model: A SavedModel with the signature `serving_default`.
            examples: Raw behaviour examples, as BehaviourExampleGen writes them.
            split: The split to measure on.
        """
        super().__init__(
            UserMetricsSpec(
                **{
                    executor.MODEL_KEY: model,
                    executor.EXAMPLES_KEY: examples,
                    executor.SPLIT_KEY: split,
                    executor.GAINS_KEY: types.Channel(type=UserGainsOfModel),
                }
            )
        )
