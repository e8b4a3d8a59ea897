"""BaselineModel: the model that the Evaluator compares the new one with."""

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.baseline_model import driver, executor


class BaselineModelSpec(types.ComponentSpec):
    """Inputs, outputs and parameters of BaselineModel."""

    PARAMETERS = {
        executor.PUSHED_MODEL_DIR_KEY: component_spec.ExecutionParameter(type=str),
        executor.VERSION_KEY: component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {
        executor.EXAMPLES_KEY: component_spec.ChannelParameter(type=standard_artifacts.Examples),
        executor.CANDIDATE_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model),
    }
    OUTPUTS = {executor.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model)}


class BaselineModel(base_component.BaseComponent):
    """Yields the last blessed model or, if there is none yet, a popularity model.

    It replaces a Resolver node, because not every orchestrator runs those. Unlike a Resolver it always yields a model,
    so the first candidate too has something to beat.
    """

    SPEC_CLASS = BaselineModelSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)
    DRIVER_CLASS = driver.Driver  # type: ignore[assignment]

    def __init__(self, examples: types.BaseChannel, candidate: types.BaseChannel, pushed_model_dir: str):
        """Sets the node up.

        Args:
            examples: Behaviour examples. If there is no blessed model, items are counted in their train split.
            candidate: The model to compare. If it is the newest pushed version itself, the baseline is the version that
                it had to beat when it was pushed.
            pushed_model_dir: Where the Pusher writes the models that were blessed.
        """
        super().__init__(
            BaselineModelSpec(
                **{
                    executor.EXAMPLES_KEY: examples,
                    executor.CANDIDATE_KEY: candidate,
                    executor.PUSHED_MODEL_DIR_KEY: pushed_model_dir,
                    executor.VERSION_KEY: "",  # The driver sets it.
                    executor.MODEL_KEY: types.Channel(type=standard_artifacts.Model),
                }
            )
        )
