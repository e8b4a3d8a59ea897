"""Baselines: the rules that a model has to beat before it is pushed."""

from tfx import types
from tfx.dsl.components.base.base_beam_component import BaseBeamComponent
from tfx.dsl.components.base.executor_spec import BeamExecutorSpec
from tfx.types import standard_artifacts
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.baselines import executor
from components.baselines.artifact import RuleComparison
from components.baselines.compare import ComparisonSettings
from schemas import features


class BaselinesSpec(ComponentSpec):
    """What Baselines takes and makes."""

    PARAMETERS = {
        executor.SPLIT_KEY: ExecutionParameter(type=str),
        executor.SETTINGS_KEY: ExecutionParameter(type=str),
    }
    INPUTS = {
        executor.MODEL_KEY: ChannelParameter(type=standard_artifacts.Model),
        executor.EXAMPLES_KEY: ChannelParameter(type=standard_artifacts.Examples),
        executor.SASREC_KEY: ChannelParameter(type=standard_artifacts.Model, optional=True),
        executor.BASELINE_KEY: ChannelParameter(type=standard_artifacts.Model, optional=True),
    }
    OUTPUTS = {
        executor.COMPARISON_KEY: ChannelParameter(type=RuleComparison),
        executor.BLESSING_KEY: ChannelParameter(type=standard_artifacts.ModelBlessing),
    }


class Baselines(BaseBeamComponent):
    """Ranks the candidates of each example by simple rules and by the model.

    The Evaluator compares a model with the last one or, if there is none yet, with popularity. That a model beats
    popularity says little: a rule of three lines may be far better. So the model has to beat the best rule, too, on
    each surface that it serves, by an interval and not by a point.

    Outputs: `comparison` (RuleComparison) and `blessing` (ModelBlessing).
    """

    SPEC_CLASS = BaselinesSpec
    EXECUTOR_SPEC = BeamExecutorSpec(executor.Executor)

    def __init__(
        self,
        model: types.BaseChannel,
        examples: types.BaseChannel,
        settings: ComparisonSettings,
        split: str = features.TEST_SPLIT,
        sasrec: types.BaseChannel | None = None,
        baseline_model: types.BaseChannel | None = None,
    ):
        """Sets the node up.

        Args:
            model: A SavedModel with the signature `serving_default` and, if examples are to be ranked among all items,
                `catalogue_ranks`.
            examples: Raw behaviour examples, as BehaviourExampleGen writes them.
            settings: What is compared.
            split: The split to rank.
            sasrec: A SavedModel with the same signatures, which counts as one more rule; None for none.
            baseline_model: The Evaluator's baseline, where slices decide; None for none.
        """
        super().__init__(
            BaselinesSpec(
                **{
                    executor.MODEL_KEY: model,
                    executor.EXAMPLES_KEY: examples,
                    executor.SASREC_KEY: sasrec,
                    executor.BASELINE_KEY: baseline_model,
                    executor.SETTINGS_KEY: settings.to_json(),
                    executor.SPLIT_KEY: split,
                    executor.COMPARISON_KEY: types.Channel(type=RuleComparison),
                    executor.BLESSING_KEY: types.Channel(type=standard_artifacts.ModelBlessing),
                }
            )
        )
