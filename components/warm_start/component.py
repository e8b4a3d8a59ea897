"""WarmStart: what the last pushed model has left for a training to start from."""

import json
from collections.abc import Mapping
from typing import Any

from tfx import types
from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import component_spec, standard_artifacts

from components.warm_start import driver, executor


class WarmStartSpec(types.ComponentSpec):
    """Inputs, outputs and parameters of WarmStart."""

    PARAMETERS = {
        executor.PUSHED_MODEL_DIR_KEY: component_spec.ExecutionParameter(type=str),
        executor.TRAINING_KEY: component_spec.ExecutionParameter(type=str),
        executor.READ_KEY: component_spec.ExecutionParameter(type=str),
        executor.VERSION_KEY: component_spec.ExecutionParameter(type=str),
    }
    INPUTS = {executor.EXAMPLES_KEY: component_spec.ChannelParameter(type=standard_artifacts.Examples)}
    OUTPUTS = {executor.MODEL_KEY: component_spec.ChannelParameter(type=standard_artifacts.Model)}


class WarmStart(base_component.BaseComponent):
    """Yields what the last pushed model has left for a training, or word of why there is nothing.

    It reads the folder of versions, and nothing of earlier runs, so it works where these were removed, and on Kubeflow.
    A training that starts from it leaves the same for the next one.
    """

    SPEC_CLASS = WarmStartSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(executor.Executor)
    DRIVER_CLASS = driver.Driver  # type: ignore[assignment]

    def __init__(self, examples: types.BaseChannel, pushed_model_dir: str, training: str, read: Mapping[str, Any]):
        """Sets the node up.

        Args:
            examples: Those that the training will learn from. A version that has learned from these very ones is not
                started from: the training starts where that one did.
            pushed_model_dir: Where the Pusher writes the models that were blessed.
            training: The id of the training's component.
            read: What of the configuration says what the model's inputs mean, by the field's name. A model for which
                something of it was different is not started from.
        """
        super().__init__(
            WarmStartSpec(
                **{
                    executor.EXAMPLES_KEY: examples,
                    executor.PUSHED_MODEL_DIR_KEY: pushed_model_dir,
                    executor.TRAINING_KEY: training,
                    executor.READ_KEY: json.dumps(read, sort_keys=True),
                    executor.VERSION_KEY: "",  # The driver sets it.
                    executor.MODEL_KEY: types.Channel(type=standard_artifacts.Model),
                }
            )
        )
